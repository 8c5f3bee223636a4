import {
  ATTR_DB_COLLECTION_NAME,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_SYSTEM_NAME,
} from '@opentelemetry/semantic-conventions';
import type { Attributes } from '../../declare/index.js';
import { describeQuery, MAX_LENGTH, type QueryDescription } from '../sql/describe.js';
import { RecentCache } from './recent-cache.js';

/** Tells what a query does; see `ObserveQueriesOptions.describe`. */
export type Describe = (text: string, found: QueryDescription) => QueryDescription | undefined;

/** Half of how many texts are kept, of at most 4,096 characters each. */
const HALF = 500;

/** What a query may have, if it is an object. */
interface QueryObject {
  readonly text?: unknown;
  readonly name?: unknown;
  readonly cursor?: { readonly text?: unknown };
}

/** The attributes of queries, by text and by the name of a prepared statement. */
export class Descriptions {
  private readonly byText = new RecentCache<Attributes>(HALF);
  /** The text of a prepared statement is often passed the first time only. */
  private readonly byName = new RecentCache<Attributes>(HALF);
  private readonly unknown: Attributes;

  constructor(
    system: string,
    private readonly describe: Describe | undefined,
  ) {
    this.unknown = { [ATTR_DB_SYSTEM_NAME]: system };
  }

  /**
   * What `query` of a client got first: a text, or an object with a text, a name, or both. One
   * lookup for a text that is known. Never throws.
   */
  of(query: unknown): Attributes {
    try {
      if (typeof query === 'string') return this.ofText(query);
      // A stream of `pg-query-stream` has its text in the cursor that it reads.
      const { cursor, text = cursor?.text, name } = query as QueryObject;
      const isNamed = typeof name === 'string' && name !== '';
      if (typeof text !== 'string') return (isNamed && this.byName.get(name)) || this.unknown;
      const attributes = this.ofText(text);
      if (isNamed) this.byName.set(name, attributes);
      return attributes;
    } catch {
      // A getter of the query threw; the driver will meet it too, and say so.
      return this.unknown;
    }
  }

  private ofText(text: string): Attributes {
    const known = this.byText.get(text);
    if (known !== undefined) return known;
    const { operation, collection } = this.ask(text);
    const attributes = {
      ...this.unknown,
      ...(isName(operation) && { [ATTR_DB_OPERATION_NAME]: operation }),
      ...(isName(collection) && { [ATTR_DB_COLLECTION_NAME]: collection }),
    };
    // What is longer has its values in it, most often, and never comes again.
    if (text.length <= MAX_LENGTH) this.byText.set(text, attributes);
    return attributes;
  }

  private ask(text: string): QueryDescription {
    const found = describeQuery(text);
    if (this.describe === undefined) return found;
    try {
      return this.describe(text, found) ?? {};
    } catch {
      // The user's function must not reach the query; only the system is known then.
      return {};
    }
  }
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
