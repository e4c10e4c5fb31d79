-- Key packages that devices leave at the server, and for which circle each was taken.

CREATE TABLE key_package (
    reference       BLOB    NOT NULL PRIMARY KEY, -- the KeyPackageRef, 32 bytes (RFC 9420, section 5.2)
    device          BLOB    NOT NULL REFERENCES device (id),
    use_kind        TEXT    NOT NULL CHECK (use_kind IN ('one_time', 'last_resort')),
    bytes           BLOB    NOT NULL, -- MLSMessage(KeyPackage)
    not_after       INTEGER NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX key_package_by_device ON key_package (device, use_kind);

CREATE TABLE key_package_claim (
    id              BLOB    NOT NULL PRIMARY KEY,
    reference       BLOB    NOT NULL,
    circle          BLOB    NOT NULL REFERENCES circle (id),
    account         BLOB    NOT NULL REFERENCES account (id),
    device          BLOB    NOT NULL REFERENCES device (id),
    bytes           BLOB    NOT NULL,
    claimed_by      BLOB    NOT NULL REFERENCES account (id),
    op_id           BLOB    NOT NULL,
    claimed_at      INTEGER NOT NULL,
    -- When a commit added the device with it.
    used_at         INTEGER
) STRICT;
CREATE INDEX key_package_claim_by_circle ON key_package_claim (circle, device);
CREATE INDEX key_package_claim_by_op ON key_package_claim (claimed_by, op_id);
CREATE INDEX key_package_claim_by_device ON key_package_claim (claimed_by, device, claimed_at);
