import { tablesOf } from './tables.js';
import { type Token, tokensOf } from './tokens.js';

/** What a query does, as far as it can be told. */
export interface QueryDescription {
  /** `db.operation.name`: the command, such as `SELECT`. */
  readonly operation?: string | undefined;
  /** `db.collection.name`: the table. */
  readonly collection?: string | undefined;
}

/** Most characters that are looked at. What is longer is a list of values, most often. */
export const MAX_LENGTH = 4_096;

/**
 * The commands that are told apart: fewer than `db.operation.name` has places. Nothing else that a
 * text begins with becomes a name.
 *
 * Source: PostgreSQL, "SQL Commands".
 */
const COMMANDS: ReadonlySet<string> = new Set(
  (
    'SELECT INSERT UPDATE DELETE MERGE VALUES TABLE COPY TRUNCATE CALL DO EXPLAIN ' +
    'BEGIN START COMMIT END ROLLBACK ABORT SAVEPOINT RELEASE PREPARE EXECUTE DEALLOCATE ' +
    'DECLARE FETCH MOVE CLOSE LISTEN UNLISTEN NOTIFY LOCK SET RESET SHOW DISCARD ' +
    'CREATE ALTER DROP COMMENT GRANT REVOKE REFRESH ANALYZE VACUUM REINDEX CLUSTER CHECKPOINT'
  ).split(' '),
);

const NOTHING: QueryDescription = Object.freeze({});

/**
 * Tells command and table of a query of PostgreSQL. What is not certain is left out: the table where
 * there are several, and both where there are several statements. Never throws; never gives what is
 * in a literal. Time is linear in the length, and bounded.
 *
 * The table is written as in the query, with its schema if that is there, without quotes.
 */
export function describeQuery(text: string): QueryDescription {
  const isWhole = text.length <= MAX_LENGTH;
  const tokens = statementOf(tokensOf(isWhole ? text : text.slice(0, MAX_LENGTH)));
  if (tokens === undefined) return NOTHING;
  const { command, targets, sources } = tablesOf(tokens, COMMANDS);
  if (command === undefined) return NOTHING;
  const isWrite = targets !== undefined;
  // Further tables may follow what was cut off; what is written to comes first.
  const tables = isWrite ? targets : isWhole ? sources : [];
  const names = new Map(tables.map((table) => [table.key, table.name]));
  const [collection] = names.values();
  return names.size === 1 && collection !== undefined
    ? { operation: command, collection }
    : { operation: command };
}

/** The one statement there is, without what surrounds it; `undefined` for none or several. */
function statementOf(tokens: readonly Token[]): readonly Token[] | undefined {
  const isEnd = ({ type, text }: Token): boolean => type === 'mark' && text === ';';
  const start = tokens.findIndex((token) => !isEnd(token));
  if (start === -1) return undefined;
  const rest = tokens.slice(start);
  const end = rest.findIndex(isEnd);
  if (end === -1) return rest;
  return rest.slice(end).every(isEnd) ? rest.slice(0, end) : undefined;
}
