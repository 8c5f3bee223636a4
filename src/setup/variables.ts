import { readFileSync } from 'node:fs';
import { show } from '../errors.js';
import { shownUrl } from './credentials.js';
import type { Report } from './report.js';

/** The variables of a process, by name. */
export type VariableMap = Readonly<Record<string, string | undefined>>;

/** The longest time that a timer of Node can wait, milliseconds; it fires at once for a longer one. */
export const MAX_MILLIS = 2_147_483_647;

/**
 * Reads one variable at a time. One that is empty or white space is unset; one that cannot be used
 * is reported, with its name, its value and the fix, and is as good as unset.
 *
 * Source: OpenTelemetry, "Environment variable specification", "Parsing empty value", "Type-specific
 * guidance".
 */
export class Variables {
  constructor(
    private readonly variables: VariableMap,
    private readonly report: Report,
  ) {}

  text(name: string): string | undefined {
    const value = this.variables[name]?.trim();
    return value === '' ? undefined : value;
  }

  /** One of a set of names, in any case. */
  oneOf<const Value extends string>(name: string, values: readonly Value[]): Value | undefined {
    const text = this.text(name)?.toLowerCase();
    const value = values.find((it) => it === text);
    if (text !== undefined && value === undefined) this.refuse(name, `Use ${values.join(' or ')}.`);
    return value;
  }

  isTrue(name: string): boolean {
    return this.oneOf(name, ['true', 'false']) === 'true';
  }

  /** The entries of a list with commas between them, in lower case. */
  list(name: string): readonly string[] {
    return splitList(this.text(name)?.toLowerCase());
  }

  millis(name: string): number | undefined {
    return this.number(name, isDuration, 'Use a number of milliseconds above 0.');
  }

  port(name: string): number | undefined {
    return this.number(name, isPort, 'Use a port number from 0 to 65535.');
  }

  url(name: string): URL | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (isHttpUrl(text)) return new URL(text);
    // A URL may carry credentials, whatever else is wrong with it.
    this.refuse(name, 'Use a URL such as http://localhost:4318.', shownUrl(text));
    return undefined;
  }

  /** What is in the file that the variable names. */
  file(name: string): Buffer | undefined {
    const path = this.text(name);
    if (path === undefined) return undefined;
    try {
      return readFileSync(path);
    } catch {
      this.refuse(name, 'Name a PEM file that the process can read.');
      return undefined;
    }
  }

  /** A list such as `a=1,b=2` of which the values may be secrets; what is malformed is left out. */
  headers(name: string): Readonly<Record<string, string>> {
    const headers: Record<string, string> = {};
    let isMalformed = false;
    for (const entry of splitList(this.text(name))) {
      const at = entry.indexOf('=');
      const key = decoded(entry.slice(0, at).trim()) ?? '';
      const value = decoded(entry.slice(at + 1).trim());
      if (at > 0 && isHeader(key, value)) headers[key.toLowerCase()] = value;
      else isMalformed = true;
    }
    if (isMalformed) {
      this.report.problem(
        `${name} has an entry that is no header, which was ignored; its value is not shown.`,
        'Write key=value, separated by commas, with "," and "%" in values percent-encoded.',
      );
    }
    return headers;
  }

  /** A list such as `a=1,b=2`, percent-decoded; nothing at all where one entry is malformed. */
  pairs(name: string): Readonly<Record<string, string>> {
    const pairs: [string, string][] = [];
    for (const entry of splitList(this.text(name))) {
      const [key, value, ...rest] = entry.split('=').map((part) => decoded(part.trim()));
      if (key === undefined || key === '' || value === undefined || rest.length > 0) {
        this.report.problem(
          `${name} has the malformed entry ${show(entry)}; all of it was ignored.`,
          'Write key=value, separated by commas, with "," "=" and "%" in values percent-encoded.',
        );
        return {};
      }
      pairs.push([key, value]);
    }
    return Object.fromEntries(pairs);
  }

  /** Reports a variable that cannot be used. */
  refuse(name: string, fix: string, value = this.text(name)): void {
    this.report.problem(`${name} is ${show(value)}, which was ignored.`, fix);
  }

  private number(
    name: string,
    accepts: (value: number) => boolean,
    fix: string,
  ): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (accepts(Number(text))) return Number(text);
    this.refuse(name, fix);
    return undefined;
  }
}

function splitList(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Whether Node sends it: a token, and a value without control characters (RFC 9110, "Fields"). */
export function isHeader(key: string, value: unknown): value is string {
  return (
    /^[\w!#$%&'*+.^`|~-]+$/.test(key) &&
    typeof value === 'string' &&
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be in it
    /^[^\u0000-\u0008\u000a-\u001f\u007f\u0100-\uffff]*$/.test(value)
  );
}

/** Whether a text is an absolute http or https URL. */
export function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** Whether a number is a TCP port; 0 lets the system choose. */
export function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 65_535;
}

/** Whether a number of milliseconds can be waited for. */
export function isDuration(value: number): boolean {
  return value > 0 && value <= MAX_MILLIS;
}
