import GRDB

/// The tables. `user_version` counts the steps that a vault has taken; it takes those that are missing when it is opened.
enum Schema {
    /// What leads from nothing to the first layout, and from each layout to the next one.
    ///
    /// A step that vaults may have taken is never changed, only followed by another: the golden vaults hold us to it.
    static let steps = [first, openingCheckpoints, lendingOn, ownersAlone, newDescriptions, erasures]

    private static let first = """
        CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, frontier BLOB NOT NULL,
            checkpoint BLOB NOT NULL, time INTEGER NOT NULL);
        CREATE TABLE leaf (position INTEGER PRIMARY KEY, entry BLOB NOT NULL, stream BLOB NOT NULL,
            number INTEGER NOT NULL, record BLOB);
        CREATE UNIQUE INDEX leaf_stream ON leaf (stream, number);
        CREATE TABLE disclosed (stream BLOB NOT NULL, note BLOB NOT NULL, position INTEGER NOT NULL,
            PRIMARY KEY (stream, note)) WITHOUT ROWID;
        CREATE TABLE card (hash BLOB PRIMARY KEY, note BLOB NOT NULL, issuer BLOB, withdrawn INTEGER NOT NULL,
            position INTEGER NOT NULL, withdrawn_position INTEGER) WITHOUT ROWID;
        CREATE TABLE matter (id BLOB PRIMARY KEY, card BLOB NOT NULL, owner BLOB NOT NULL, log_key BLOB NOT NULL,
            recovery_id BLOB NOT NULL UNIQUE, recovery BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE item (serial INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, matter BLOB NOT NULL,
            description_id BLOB NOT NULL UNIQUE, ingest BLOB NOT NULL, header BLOB NOT NULL,
            description BLOB NOT NULL, erased INTEGER NOT NULL);
        CREATE INDEX item_matter ON item (matter, serial);
        CREATE TABLE signer (matter BLOB NOT NULL, key BLOB NOT NULL, sequence INTEGER NOT NULL, hash BLOB NOT NULL,
            PRIMARY KEY (matter, key)) WITHOUT ROWID;
        CREATE TABLE lending (serial INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE,
            hash BLOB NOT NULL UNIQUE, matter BLOB NOT NULL, recipient BLOB NOT NULL, note BLOB NOT NULL,
            envelope BLOB NOT NULL, list BLOB NOT NULL, secret BLOB, approved INTEGER NOT NULL,
            revoked INTEGER NOT NULL, expired INTEGER NOT NULL, openings INTEGER NOT NULL,
            not_after INTEGER NOT NULL, position INTEGER NOT NULL);
        CREATE INDEX lending_recipient ON lending (recipient, serial);
        CREATE INDEX lending_matter ON lending (matter, serial);
        CREATE INDEX lending_open ON lending (not_after) WHERE revoked = 0 AND expired = 0;
        CREATE TABLE lent_file (lending BLOB NOT NULL, item BLOB NOT NULL, kind INTEGER NOT NULL, id BLOB NOT NULL,
            PRIMARY KEY (lending, item, kind)) WITHOUT ROWID;
        CREATE TABLE request (hash BLOB PRIMARY KEY, position INTEGER NOT NULL, number INTEGER NOT NULL,
            stream BLOB NOT NULL, granted INTEGER NOT NULL, lending BLOB, response BLOB) WITHOUT ROWID;
        CREATE INDEX request_lending ON request (lending) WHERE response IS NOT NULL;
        CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
        """

    /// The checkpoint that each opening was released under.
    private static let openingCheckpoints = """
        CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, note BLOB NOT NULL);
        """

    /// Grants below others, the owner's answers to them, standing grants and their extensions, members of units.
    private static let lendingOn = """
        ALTER TABLE lending ADD COLUMN parent BLOB;
        ALTER TABLE lending ADD COLUMN standing INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE lending ADD COLUMN declined INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX lending_parent ON lending (parent, serial) WHERE parent IS NOT NULL;
        CREATE INDEX lending_waiting ON lending (matter, serial)
            WHERE approved = 0 AND revoked = 0 AND expired = 0 AND declined = 0;
        CREATE INDEX lending_standing ON lending (matter, serial) WHERE standing = 1;
        ALTER TABLE lent_file ADD COLUMN extension BLOB;
        CREATE TABLE extension (serial INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, lending BLOB NOT NULL,
            hash BLOB NOT NULL UNIQUE, note BLOB NOT NULL, envelope BLOB NOT NULL, list BLOB NOT NULL, secret BLOB,
            position INTEGER NOT NULL);
        CREATE INDEX extension_lending ON extension (lending, serial);
        CREATE TABLE membership (hash BLOB PRIMARY KEY, member BLOB NOT NULL, note BLOB NOT NULL,
            withdrawn INTEGER NOT NULL, position INTEGER NOT NULL, withdrawn_position INTEGER) WITHOUT ROWID;
        CREATE INDEX membership_member ON membership (member, position);
        """

    /// Items that no grant may list: a standing grant does not lack them.
    private static let ownersAlone = """
        ALTER TABLE item ADD COLUMN owners_alone INTEGER NOT NULL DEFAULT 0;
        """

    /// Later descriptions of items, and those before them, for grants that list them.
    private static let newDescriptions = """
        ALTER TABLE item ADD COLUMN new_description BLOB;
        CREATE TABLE description (id BLOB PRIMARY KEY, item BLOB NOT NULL, note BLOB, file BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX description_item ON description (item);
        """

    /// What owners asked to have erased, what is left of cases that were, and objects still to be destroyed.
    private static let erasures = """
        CREATE TABLE erasure (hash BLOB PRIMARY KEY, matter BLOB NOT NULL, note BLOB NOT NULL, due INTEGER NOT NULL,
            position INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX erasure_matter ON erasure (matter, position);
        CREATE INDEX erasure_due ON erasure (due);
        CREATE TABLE erased_matter (id BLOB PRIMARY KEY, opened INTEGER NOT NULL, position INTEGER NOT NULL)
            WITHOUT ROWID;
        CREATE TABLE erased_object (id BLOB PRIMARY KEY) WITHOUT ROWID;
        """
}
