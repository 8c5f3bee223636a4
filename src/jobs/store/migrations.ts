import { type JobField, type Layout, layoutOf, type TableOptions } from './layout.js';

/** One step of the schema. Never changed once released: what comes later is a step of its own. */
interface Migration {
  readonly version: number;
  readonly statements: readonly string[];
}

/** The greatest version is what this package works with. */
function migrationsOf({ table, daysTable }: Layout): readonly Migration[] {
  return [
    {
      version: 1,
      statements: [
        `CREATE TABLE ${table} (
      id text PRIMARY KEY,
      organization_id text NOT NULL,
      project_id text,
      agent_id text,
      type text,
      model text,
      outcome text CHECK (outcome IN ('completed', 'failed', 'cancelled', 'expired')),
      started_at timestamptz NOT NULL,
      ttft_ns bigint CHECK (ttft_ns >= 0),
      ttft_clock text CHECK (ttft_clock IN ('monotonic', 'wall')),
      total_duration_ns bigint CHECK (total_duration_ns >= ttft_ns AND total_duration_ns >= 0),
      duration_clock text CHECK (duration_clock IN ('monotonic', 'wall'))
    )`,
        `CREATE INDEX ON ${table} (started_at DESC, id DESC)`,
        `CREATE INDEX ON ${table} (organization_id, started_at DESC, id DESC)`,
      ],
    },
    {
      version: 2,
      statements: [
        // Jobs without a type, a model or an outcome have '' there: a primary key takes no NULL.
        `CREATE TABLE ${daysTable} (
      day date NOT NULL,
      organization_id text NOT NULL,
      type text NOT NULL,
      model text NOT NULL,
      outcome text NOT NULL,
      jobs bigint NOT NULL,
      ttft_count bigint NOT NULL,
      ttft_sum_ns numeric NOT NULL,
      ttft_max_ns bigint,
      duration_count bigint NOT NULL,
      duration_sum_ns numeric NOT NULL,
      duration_max_ns bigint,
      PRIMARY KEY (day, organization_id, type, model, outcome)
    )`,
      ],
    },
  ];
}

/**
 * The migration as one statement: a `DO` block is a transaction of its own on any connection of any
 * driver. It waits for the advisory lock first, and looks at what is there only then, so that of
 * many processes one does the work and the others find it done. The lock is the same for every
 * table: two tables may share a schema that has to be made.
 *
 * Names are checked to be letters, digits and `_`, so nothing in it can end the quotes.
 */
export function migrationSql(layout: Layout): string {
  const steps = layout.isAttached ? attachSteps(layout) : ownSteps(layout);
  return `DO $meterbook$
DECLARE
  current_version integer;
BEGIN
  PERFORM set_config('lock_timeout', '10s', true);
  PERFORM pg_advisory_xact_lock(hashtext('meterbook.jobs'));
${steps}
END
$meterbook$`;
}

function ownSteps(layout: Layout): string {
  const { schema, migrationsTable } = layout;
  const makeSchema =
    schema === undefined
      ? ''
      : // Asked for beforehand: with IF NOT EXISTS alone it needs the right to make schemas.
        `  IF to_regnamespace('${schema}') IS NULL THEN
    CREATE SCHEMA ${schema};
  END IF;
`;
  const steps = migrationsOf(layout).map(
    ({ version, statements }) => `  IF current_version < ${version} THEN
${statements.map((sql) => `    ${sql};`).join('\n')}
    INSERT INTO ${migrationsTable} (version) VALUES (${version});
  END IF;`,
  );
  return `${makeSchema}  IF to_regclass('${migrationsTable}') IS NULL THEN
    CREATE TABLE ${migrationsTable} (
      version integer PRIMARY KEY,
      applied_at timestamptz NOT NULL DEFAULT now()
    );
  END IF;
  SELECT COALESCE(max(version), 0) INTO current_version FROM ${migrationsTable};
${steps.join('\n')}`;
}

/** Of a table that is not ours, all that is touched are the two columns, and only if absent. */
function attachSteps({ table, column }: Layout): string {
  const add = (field: JobField) => `  IF NOT EXISTS (
    SELECT FROM pg_attribute WHERE attrelid = '${table}'::regclass
      AND attname = '${column[field]?.slice(1, -1)}' AND attnum > 0 AND NOT attisdropped
  ) THEN
    ALTER TABLE ${table} ADD COLUMN ${column[field]} bigint;
  END IF;`;
  return `${add('ttftNs')}\n${add('totalDurationNs')}`;
}

/**
 * What a store runs before its first use, as SQL to be run by hand: for a service whose database
 * role may not change tables, with `migrate: false` on the store. It may be run again at any time.
 * Throws `INVALID_SETUP` for names that cannot be used.
 */
export function printMigrations(options: TableOptions = {}): string {
  return `${migrationSql(layoutOf(options, 'printMigrations()'))};\n`;
}
