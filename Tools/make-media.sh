#!/usr/bin/env bash
# Makes the sample evidence in Tests/Media again. Nothing else needs this: the results are kept in the tree.
#
# Needs ffmpeg and exiftool (Debian: ffmpeg, libimage-exiftool-perl) and typst (PyPI: typst). The people, the places
# and the case are invented. Another version of a tool gives other bytes of the same content.
set -euo pipefail
cd "$(dirname "$0")/../Tests/Media"

# A door at the end of a hallway, drawn; the clock stands still in the picture and runs in the clip.
room='drawbox=x=0:y=0:w=iw:h=ih:c=0xd9d2c5:t=fill,
drawbox=x=0:y=ih*0.72:w=iw:h=ih*0.28:c=0x8a7357:t=fill,
drawbox=x=iw*0.40:y=ih*0.18:w=iw*0.20:h=ih*0.54:c=0x5b4636:t=fill,
drawbox=x=iw*0.57:y=ih*0.44:w=iw*0.01:h=ih*0.03:c=0xe0c060:t=fill,
drawbox=x=iw*0.12:y=ih*0.30:w=iw*0.14:h=ih*0.20:c=0xa7bccb:t=fill,
noise=alls=6:allf=t'

ffmpeg -v error -y -f lavfi -i "color=c=gray:s=1280x720:r=1" -frames:v 1 -vf "$room" -q:v 6 \
    -bitexact hallway.jpg
exiftool -q -overwrite_original \
    -Make='Example' -Model='Hallway 1' -Software='' \
    -DateTimeOriginal='2026:03:14 22:41:07' -CreateDate='2026:03:14 22:41:07' \
    -OffsetTimeOriginal='+01:00' -OffsetTimeDigitized='+01:00' -SubSecTimeOriginal='320' \
    -GPSLatitude=55.6761 -GPSLatitudeRef=N -GPSLongitude=12.5683 -GPSLongitudeRef=E \
    -GPSAltitude=9 -GPSAltitudeRef='Above Sea Level' hallway.jpg

# A shape passes the door: five seconds, a key frame each second so that one can seek, the index at the front.
ffmpeg -v error -y -f lavfi -i "color=c=gray:s=640x360:r=15:d=5" \
    -f lavfi -i "color=c=0x2c2f36:s=60x170:r=15:d=5" \
    -filter_complex "[0:v]${room}[hall];[hall][1:v]overlay=x='-60+t*150':y=120:shortest=1,format=yuv420p[out]" \
    -map '[out]' -c:v libx264 -profile:v main -preset slow -crf 30 -g 15 -threads 1 -movflags +faststart \
    -fflags +bitexact -flags:v +bitexact -metadata creation_time=2026-03-14T21:41:00Z hallway.mp4

python3 - statement.txt <<'PYTHON'
import sys
import typst

text = open(sys.argv[1], encoding="utf-8").read()
title, _, body = text.partition("\n\n")
page = f'#set document(title: "{title}", date: datetime(year: 2026, month: 3, day: 15))\n'
page += '#set text(lang: "da", size: 11pt)\n#set page(paper: "a4", margin: 3cm)\n'
page += f"= {title}\n\n{body}"
pdf = typst.compile(page.encode(), format="pdf", pdf_standards=["a-2b"])
open("statement.pdf", "wb").write(pdf)
PYTHON

du -cb hallway.jpg hallway.mp4 statement.pdf statement.txt
