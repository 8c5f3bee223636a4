import type { ModelName } from './models.js';

/** An agent and to whom it belongs. */
export interface Agent {
  readonly id: string;
  readonly organization: string;
  readonly project: string;
  readonly template: string;
  readonly model: ModelName;
  /** How often it is asked, in relation to the others. */
  readonly weight: number;
}

/** Organizations with their projects, and each project's agents by model. */
const TENANTS: Readonly<Record<string, Readonly<Record<string, readonly ModelName[]>>>> = {
  'org-north': {
    support: ['m-medium', 'm-medium', 'm-small'],
    billing: ['m-small', 'm-small'],
    research: ['m-large', 'm-large'],
  },
  'org-south': { support: ['m-small', 'm-medium'], sales: ['m-medium', 'm-large'] },
  'org-east': { tutoring: ['m-large', 'm-medium', 'm-small'], grading: ['m-medium'] },
  'org-west': { legal: ['m-large'], intake: ['m-small', 'm-small'] },
  'org-home': { assistant: ['m-medium', 'm-large'] },
};

/** Every agent of the demo. The organizations ask unevenly: the first most, the last least. */
export function allAgents(): [Agent, ...Agent[]] {
  const agents = Object.entries(TENANTS).flatMap(([organization, projects], rank) =>
    Object.entries(projects).flatMap(([project, models]) =>
      models.map((model, index) => ({
        id: `${organization.slice(4)}-${project}-${index + 1}`,
        organization,
        project: `${organization.slice(4)}-${project}`,
        template: `${project}-template`,
        model,
        weight: 1 / (rank + 1),
      })),
    ),
  );
  return agents as [Agent, ...Agent[]];
}
