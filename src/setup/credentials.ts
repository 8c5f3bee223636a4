import type { OtlpOptions } from './options.js';
import type { Report } from './report.js';

/** Names of headers and query parameters that carry credentials, or look as if they did. */
const CREDENTIAL =
  /auth|key|token|secret|cookie|passw|credential|session|signature|dsn|honeycomb-team/i;

/**
 * Whether the endpoint may be sent what would be sent to it. Credentials go over TLS, to the
 * loopback, or to a host that the options allow by name; otherwise it is reported and refused.
 *
 * `headerNames` are those of the environment, which come in addition to the options' own.
 */
export function mayCarryCredentials(
  url: URL,
  options: OtlpOptions,
  headerNames: readonly string[],
  report: Report,
): boolean {
  const { protocol, hostname } = url;
  if (protocol === 'https:' || isLoopback(hostname)) return true;
  if (options.insecureHosts?.some((host) => host.toLowerCase() === hostname)) return true;
  const names = [...Object.keys(options.headers ?? {}), ...headerNames];
  const secret =
    url.username !== '' || url.password !== ''
      ? 'the user in the URL'
      : [...names, ...url.searchParams.keys()].find((name) => CREDENTIAL.test(name));
  if (secret === undefined) return true;
  report.problem(
    `The OTLP endpoint ${shownUrl(url.href)} has no TLS and would be sent credentials (${secret}) in the clear; nothing is exported over OTLP.`,
    `Use https, or allow the host by name: otlp: { insecureHosts: ["${hostname}"] }.`,
  );
  return false;
}

/** Whether a host, as a URL has it, is this machine and nobody else. */
export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '[::1]' ||
    /^127(?:\.\d{1,3}){3}$/.test(host)
  );
}

/** A URL, or what was meant as one, fit to be shown: without user, password, query and fragment. */
export function shownUrl(text: string): string {
  if (URL.canParse(text)) {
    const { protocol, host, pathname } = new URL(text);
    if (host !== '') return `${protocol}//${host}${pathname}`;
  }
  return text.replace(/[?#].*$/s, '').replace(/^([a-z][a-z\d+.-]*:\/\/)?.*@/is, '$1');
}
