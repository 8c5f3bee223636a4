import type { ManifestInstrument } from '../../declare/index.js';
import type { Question } from '../questions.js';

/** A question of a panel, and what its answer is called in a legend or over a column. */
export interface Asked {
  readonly name: string;
  readonly question: Question;
  /** Where it differs from the panel's. */
  readonly unit?: string;
}

/** What a panel shows, before it is known which data source answers. */
export interface Panel {
  readonly title: string;
  /** Plain text; marks of Markdown and of variables in it are shown as they are. */
  readonly description?: string;
  readonly kind: 'lines' | 'stacked' | 'number' | 'table' | 'heatmap';
  /** Grafana's name of the unit: `s`, `reqps`, `percentunit`. */
  readonly unit: string;
  /** What the axis counts, where Grafana has no such unit. */
  readonly axis?: string;
  readonly asked: readonly Asked[];
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** Something that the reader of a dashboard picks. */
export interface Variable {
  /** As conditions of questions name it: letters, digits and underscores. */
  readonly name: string;
  readonly label: string;
  readonly choices: Question;
}

/** A dashboard, before it is known which data source answers. */
export interface Plan {
  /** Part of the file's name and of the uid: `service`. */
  readonly purpose: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Variable[];
  readonly rows: readonly Row[];
}

/** The instruments of the registries by their exported names. */
export type Instruments = ReadonlyMap<string, ManifestInstrument>;

/** A panel, or nothing where the registry lacks what it is about. */
export type Possible = Panel | undefined;

/** A row of the panels that there are; no row where there are none. */
export function row(title: string, panels: readonly Possible[]): readonly Row[] {
  const present = panels.filter((panel) => panel !== undefined);
  return present.length === 0 ? [] : [{ title, panels: present }];
}

/** The instruments that a plan asks about. */
export function instrumentsIn({ rows }: Plan): readonly ManifestInstrument[] {
  const questions = rows.flatMap(({ panels }) => panels.flatMap(({ asked }) => asked));
  return questions.flatMap(({ question }) => [
    ...('instrument' in question ? [question.instrument] : []),
    ...('slo' in question ? [question.slo.instrument] : []),
    ...(question.ask === 'share' ? [question.of] : []),
  ]);
}
