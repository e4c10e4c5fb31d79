-- Key packages that devices leave at the server, and for which circle each was taken.

CREATE TABLE key_package (
    reference       BYTEA  NOT NULL PRIMARY KEY, -- the KeyPackageRef, 32 bytes (RFC 9420, section 5.2)
    device          UUID   NOT NULL REFERENCES device (id),
    use_kind        TEXT   NOT NULL CHECK (use_kind IN ('one_time', 'last_resort')),
    bytes           BYTEA  NOT NULL, -- MLSMessage(KeyPackage)
    not_after       BIGINT NOT NULL,
    created_at      BIGINT NOT NULL
);
CREATE INDEX key_package_by_device ON key_package (device, use_kind);

CREATE TABLE key_package_claim (
    id              UUID   NOT NULL PRIMARY KEY,
    reference       BYTEA  NOT NULL,
    circle          UUID   NOT NULL REFERENCES circle (id),
    account         UUID   NOT NULL REFERENCES account (id),
    device          UUID   NOT NULL REFERENCES device (id),
    bytes           BYTEA  NOT NULL,
    claimed_by      UUID   NOT NULL REFERENCES account (id),
    op_id           UUID   NOT NULL,
    claimed_at      BIGINT NOT NULL,
    -- When a commit added the device with it.
    used_at         BIGINT
);
CREATE INDEX key_package_claim_by_circle ON key_package_claim (circle, device);
CREATE INDEX key_package_claim_by_op ON key_package_claim (claimed_by, op_id);
CREATE INDEX key_package_claim_by_device ON key_package_claim (claimed_by, device, claimed_at);
