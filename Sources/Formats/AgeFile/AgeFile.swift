// AgeFile
