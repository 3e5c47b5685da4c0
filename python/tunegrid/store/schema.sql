-- The store's tables, version 2 (user_version). Times are UTC, ISO 8601.

-- A study's file as it was when a plan of it was first written.
CREATE TABLE study (
  id         TEXT NOT NULL,
  digest     TEXT NOT NULL,              -- SHA-256 of definition
  definition TEXT NOT NULL,              -- the study file as JSON
  added      TEXT NOT NULL,
  PRIMARY KEY (id, digest)
);

-- Versions, processor, threads, device: one row per distinct environment.
CREATE TABLE environment (
  id          TEXT PRIMARY KEY,          -- SHA-256 of description
  description TEXT NOT NULL              -- JSON
);

-- One row per run that was ever planned, whoever asked for it.
CREATE TABLE run (
  key            TEXT PRIMARY KEY,       -- SHA-256 of spec
  spec           TEXT NOT NULL,          -- canonical JSON
  outcome        TEXT CHECK (outcome IN ('done', 'failed')),   -- NULL: missing
  failure        TEXT CHECK (failure IN ('oom', 'diverged', 'killed', 'error')),
  message        TEXT,                   -- of the failure
  ended          TEXT,
  seconds        REAL,                   -- wall time of training and scoring
  parameters     INTEGER,
  best_epoch     INTEGER,                -- first with the highest val_accuracy, from 1
  environment    TEXT REFERENCES environment (id),
  weights_sha256 TEXT,                   -- of models/<key>.weights.h5, NULL when not kept
  weights_kept   TEXT CHECK (weights_kept IN ('best', 'asked')),
  CHECK ((weights_sha256 IS NULL) = (weights_kept IS NULL)),
  CHECK ((outcome IS 'failed') = (failure IS NOT NULL)),
  CHECK ((outcome IS 'done') = (seconds IS NOT NULL))
) WITHOUT ROWID;

-- Which studies ask for a run, as which replicate of which configuration.
CREATE TABLE plan (
  study         TEXT NOT NULL,
  protocol      TEXT NOT NULL,
  experiment    TEXT NOT NULL,
  configuration TEXT NOT NULL,           -- the grid's row, JSON
  departures    TEXT NOT NULL,           -- from the protocol, canonical JSON, {} for none
  replicate     INTEGER NOT NULL CHECK (replicate >= 1),
  run           TEXT NOT NULL REFERENCES run (key),
  PRIMARY KEY (study, protocol, experiment, configuration, departures, replicate, run)
) WITHOUT ROWID;
CREATE INDEX plan_run ON plan (run);

CREATE TABLE epoch (
  run          TEXT NOT NULL REFERENCES run (key) ON DELETE CASCADE,
  epoch        INTEGER NOT NULL CHECK (epoch >= 1),
  loss         REAL NOT NULL,
  accuracy     REAL NOT NULL,
  val_loss     REAL NOT NULL,
  val_accuracy REAL NOT NULL,
  PRIMARY KEY (run, epoch)
) WITHOUT ROWID;

-- The test images after the last and after the best epoch.
CREATE TABLE prediction (
  run      TEXT NOT NULL REFERENCES run (key) ON DELETE CASCADE,
  after    TEXT NOT NULL CHECK (after IN ('last', 'best')),
  loss     REAL NOT NULL,
  accuracy REAL NOT NULL,
  classes  BLOB NOT NULL,                -- one byte per test image
  PRIMARY KEY (run, after)
);

-- Every time that training began: rows are added and ended, never taken away.
CREATE TABLE attempt (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  run      TEXT NOT NULL REFERENCES run (key),
  host     TEXT NOT NULL,
  driver   TEXT NOT NULL,                -- process id and start time
  started  TEXT NOT NULL,
  ended    TEXT,
  outcome  TEXT CHECK (outcome IN ('done', 'failed', 'interrupted')),
  failure  TEXT,
  message  TEXT,
  forgiven INTEGER NOT NULL DEFAULT 0    -- 1: set aside, by --retry-failed or repair
);
CREATE INDEX attempt_run ON attempt (run);

-- Who trains what at the moment. A claim ends with its attempt, or when its lease runs out.
CREATE TABLE claim (
  run     TEXT PRIMARY KEY REFERENCES run (key),
  attempt INTEGER NOT NULL REFERENCES attempt (id),
  host    TEXT NOT NULL,
  driver  TEXT NOT NULL,
  expires REAL NOT NULL                  -- Unix time
) WITHOUT ROWID;

-- Each time that a verdict was sought while runs were still being added (run --until-decided).
-- Number 0 marks where counting began. Since version 2.
CREATE TABLE look (
  study    TEXT NOT NULL,
  protocol TEXT NOT NULL,
  claim    TEXT NOT NULL,
  number   INTEGER NOT NULL CHECK (number >= 0),
  alpha    REAL NOT NULL,                -- the error of this look, in each direction
  ended    TEXT NOT NULL,
  runs     INTEGER NOT NULL,             -- of the claim's configurations
  settings TEXT NOT NULL,                -- SHA-256 of the study's [statistics]
  average  TEXT NOT NULL,                -- holds, fails, tie, undecided, too few runs
  slack    REAL,
  low      REAL,
  high     REAL,
  spent    REAL NOT NULL,                -- seconds of training since counting began
  budget   REAL NOT NULL,                -- seconds that might be spent
  PRIMARY KEY (study, protocol, claim, number)
) WITHOUT ROWID;
