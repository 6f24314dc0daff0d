/**
 * The schema of `coffer.sqlite`, one step for each version (`PRAGMA user_version`). Only append steps: never change a
 * released one.
 *
 * `files.record` is the record as JSON, without `metadata`. The other columns repeat the fields that queries use. SQLite
 * compares text by UTF-8 bytes, which is the order of code points.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE workspaces (
    id TEXT PRIMARY KEY,
    live_bytes INTEGER NOT NULL DEFAULT 0 CHECK (live_bytes >= 0),
    live_count INTEGER NOT NULL DEFAULT 0 CHECK (live_count >= 0),
    reserved_bytes INTEGER NOT NULL DEFAULT 0 CHECK (reserved_bytes >= 0),
    trash_bytes INTEGER NOT NULL DEFAULT 0 CHECK (trash_bytes >= 0),
    last_sequence INTEGER NOT NULL DEFAULT 0,
    quota_bytes INTEGER
  ) STRICT;

  CREATE TABLE files (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    path TEXT NOT NULL,
    session_id TEXT,
    state TEXT NOT NULL,
    origin TEXT NOT NULL,
    is_deleted INTEGER NOT NULL,
    deleted_at TEXT,
    superseded_by TEXT,
    created_at TEXT NOT NULL,
    folded_name TEXT NOT NULL,
    record TEXT NOT NULL,
    metadata TEXT NOT NULL,
    PRIMARY KEY (workspace_id, id)
  ) STRICT;

  CREATE UNIQUE INDEX files_owner ON files (workspace_id, path)
    WHERE state = 'ready' AND is_deleted = 0;
  CREATE INDEX files_by_sequence ON files (workspace_id, is_deleted, sequence, state, folded_name);
  CREATE INDEX files_by_path ON files (workspace_id, is_deleted, path, sequence, state);
  CREATE INDEX files_by_origin_sequence ON files (workspace_id, is_deleted, origin, sequence);
  CREATE INDEX files_by_origin_path ON files (workspace_id, is_deleted, origin, path, sequence);
  CREATE INDEX files_by_session_sequence ON files (workspace_id, is_deleted, session_id, sequence)
    WHERE session_id IS NOT NULL;
  CREATE INDEX files_not_ready ON files (workspace_id, is_deleted, state, path, sequence)
    WHERE state <> 'ready';
  CREATE INDEX files_deleted_at_path ON files (workspace_id, path, deleted_at, sequence)
    WHERE is_deleted = 1 AND superseded_by IS NULL;
  CREATE INDEX files_pending_by_age ON files (created_at, workspace_id, sequence)
    WHERE state = 'pending';
  CREATE INDEX files_deleted_by_age ON files (deleted_at, workspace_id, sequence)
    WHERE is_deleted = 1;
  CREATE INDEX files_trash ON files (workspace_id, deleted_at, sequence)
    WHERE is_deleted = 1 AND state = 'ready';

  CREATE TABLE refusals (
    workspace_id TEXT NOT NULL,
    file_id TEXT NOT NULL,
    code TEXT NOT NULL,
    refused_at INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, file_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX refusals_by_age ON refusals (refused_at);

  CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    storage_path TEXT NOT NULL,
    generation TEXT NOT NULL,
    queued_at INTEGER NOT NULL,
    available_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    owner TEXT
  ) STRICT;
  CREATE INDEX events_by_availability ON events (available_at, id);
  CREATE INDEX events_by_age ON events (queued_at);
  CREATE INDEX events_by_blob ON events (storage_path, generation);
  `,
  `
  CREATE TABLE sweep_progress (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    progress TEXT NOT NULL
  ) STRICT;
  `,
  `
  ALTER TABLE files ADD COLUMN signatures_at TEXT;
  ALTER TABLE files ADD COLUMN condemned_at TEXT;
  UPDATE files SET signatures_at = '' WHERE state = 'ready' AND record ->> '$.sizeBytes' > 0;
  CREATE INDEX files_by_signatures ON files (signatures_at, created_at, workspace_id, sequence)
    WHERE signatures_at IS NOT NULL;
  CREATE INDEX files_condemned_by_age ON files (condemned_at, workspace_id, sequence)
    WHERE condemned_at IS NOT NULL;
  CREATE INDEX files_condemned_at_path ON files (workspace_id, path, condemned_at, sequence)
    WHERE condemned_at IS NOT NULL;
  `,
  // `workspace_id` is the first folder after `local://`.
  `
  ALTER TABLE events ADD COLUMN workspace_id TEXT
    GENERATED ALWAYS AS (substr(storage_path, 9, instr(substr(storage_path, 9) || '/', '/') - 1)) VIRTUAL;
  CREATE INDEX events_by_workspace ON events (workspace_id, available_at, id);
  `,
  `
  ALTER TABLE workspaces ADD COLUMN record_count INTEGER NOT NULL DEFAULT 0 CHECK (record_count >= 0);
  ALTER TABLE workspaces ADD COLUMN trash_count INTEGER NOT NULL DEFAULT 0 CHECK (trash_count >= 0);
  ALTER TABLE workspaces ADD COLUMN open_uploads INTEGER NOT NULL DEFAULT 0 CHECK (open_uploads >= 0);
  ALTER TABLE workspaces ADD COLUMN metadata_bytes INTEGER NOT NULL DEFAULT 0 CHECK (metadata_bytes >= 0);
  ALTER TABLE workspaces ADD COLUMN trash_metadata_bytes INTEGER NOT NULL DEFAULT 0 CHECK (trash_metadata_bytes >= 0);
  UPDATE workspaces SET (record_count, trash_count, open_uploads, metadata_bytes, trash_metadata_bytes) = (
    SELECT count(*), count(*) FILTER (WHERE is_deleted = 1), count(*) FILTER (WHERE state = 'pending'),
      coalesce(sum(size), 0), coalesce(sum(size) FILTER (WHERE is_deleted = 1), 0)
    FROM (SELECT is_deleted, state, iif(metadata = '{}', 0, octet_length(metadata)) AS size
      FROM files WHERE workspace_id = workspaces.id));
  DROP INDEX files_trash;
  CREATE INDEX files_trash ON files (workspace_id, deleted_at, sequence) WHERE is_deleted = 1;
  ALTER TABLE files ADD COLUMN rejected_at TEXT;
  UPDATE files SET rejected_at = coalesce(record ->> '$.condemnedAt', record ->> '$.scan.scannedAt')
    WHERE state IN ('infected', 'unscannable') AND is_deleted = 0;
  CREATE INDEX files_rejected_by_age ON files (rejected_at, workspace_id, sequence)
    WHERE rejected_at IS NOT NULL;
  DROP INDEX files_condemned_by_age;
  `,
  `
  CREATE TABLE folder_operations (
    workspace_id TEXT NOT NULL,
    id TEXT NOT NULL,
    running_since TEXT,
    expires_at TEXT NOT NULL,
    operation TEXT NOT NULL,
    PRIMARY KEY (workspace_id, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX folder_operations_running ON folder_operations (workspace_id)
    WHERE running_since IS NOT NULL;
  CREATE INDEX folder_operations_by_age ON folder_operations (running_since)
    WHERE running_since IS NOT NULL;
  CREATE INDEX folder_operations_by_expiry ON folder_operations (expires_at)
    WHERE running_since IS NULL;
  `,
  `
  CREATE TABLE archive_links (
    hash TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    link TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX archive_links_by_workspace ON archive_links (workspace_id, expires_at);
  CREATE INDEX archive_links_by_expiry ON archive_links (expires_at);
  `,
  // The sizes of a `size-mismatch`, as JSON.
  `ALTER TABLE refusals ADD COLUMN sizes TEXT;`,
  `
  CREATE TABLE shares (
    id TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL,
    session TEXT,
    created_at TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    purge_at TEXT NOT NULL,
    share TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX shares_by_creation ON shares (workspace_id, created_at, id);
  CREATE INDEX shares_by_session ON shares (workspace_id, session, created_at, id);
  CREATE INDEX shares_by_end ON shares (workspace_id, ends_at, id);
  CREATE INDEX shares_by_purge ON shares (purge_at);
  `,
  `
  ALTER TABLE workspaces ADD COLUMN last_event INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE trail (
    workspace_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    at TEXT NOT NULL,
    entry TEXT NOT NULL,
    PRIMARY KEY (workspace_id, sequence)
  ) STRICT, WITHOUT ROWID;
  `,
  // Deleting a blob deletes its derived files.
  `
  CREATE TABLE small_blobs (
    storage_path TEXT PRIMARY KEY,
    generation TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE TABLE small_derived (
    storage_path TEXT NOT NULL REFERENCES small_blobs (storage_path) ON DELETE CASCADE,
    name TEXT NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (storage_path, name)
  ) STRICT;
  `,
  `
  CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL,
    session TEXT,
    created_at TEXT NOT NULL,
    lease_until TEXT,
    purge_at TEXT NOT NULL,
    run TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX runs_by_creation ON runs (workspace_id, created_at, id);
  CREATE INDEX runs_by_session ON runs (workspace_id, session, created_at, id);
  CREATE INDEX runs_by_lease ON runs (lease_until, id) WHERE lease_until IS NOT NULL;
  CREATE INDEX runs_by_purge ON runs (purge_at);
  CREATE TABLE run_outputs (
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    output TEXT NOT NULL,
    PRIMARY KEY (run_id, position)
  ) STRICT, WITHOUT ROWID;
  `,
]
