-- Up Migration

-- What must never stand in the log: it can be changed and deleted here.
CREATE SCHEMA secrets;

-- A password counts when an event names its credential as the user's current one.
CREATE TABLE secrets.credentials (
  id         uuid        PRIMARY KEY,
  user_id    uuid        NOT NULL,
  hash       text        NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX credentials_user ON secrets.credentials (user_id);

-- Refresh tokens rotate: each is used once, and using one again ends its whole family.
CREATE TABLE secrets.refresh_tokens (
  hash          bytea       PRIMARY KEY,
  family        uuid        NOT NULL,
  user_id       uuid        NOT NULL,
  credential_id uuid        NOT NULL,
  expires_at    timestamptz NOT NULL,
  used_at       timestamptz,
  created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX refresh_tokens_family ON secrets.refresh_tokens (family);
CREATE INDEX refresh_tokens_user ON secrets.refresh_tokens (user_id);
CREATE INDEX refresh_tokens_credential ON secrets.refresh_tokens (credential_id);
CREATE INDEX refresh_tokens_expiry ON secrets.refresh_tokens (expires_at);

-- One key for each person whose data stands encrypted in the log. Deleting it is forgetting them.
CREATE TABLE secrets.person_keys (
  person_id  uuid        PRIMARY KEY,
  key        bytea       NOT NULL CHECK (octet_length(key) = 32),
  created_at timestamptz NOT NULL DEFAULT now()
);
-- Once forgotten, always forgotten: a late writer must not bring a key back.
CREATE TABLE secrets.forgotten_people (
  person_id    uuid        PRIMARY KEY,
  forgotten_at timestamptz NOT NULL DEFAULT now()
);

-- Kept by rate-limiter-flexible.
CREATE TABLE secrets.login_attempts (
  key    varchar(255) PRIMARY KEY,
  points integer      NOT NULL DEFAULT 0,
  expire bigint
);

-- Down Migration

-- Without the keys, what the log says about people could never be read again; without the passwords, nobody gets in.
DO $$
BEGIN
  IF EXISTS (SELECT FROM secrets.credentials) OR EXISTS (SELECT FROM secrets.person_keys) THEN
    RAISE EXCEPTION 'Passwords and the keys to personal data are kept here. Drop the schema "secrets" by hand if you really mean to lose them.';
  END IF;
END
$$;
DROP SCHEMA secrets CASCADE;
