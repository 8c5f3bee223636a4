import type { AnswerStep, ModelAnswer, ModelRequest, ModelUsage } from './types.js';

/** Seconds since 1970 at which every answer was made, so that answers are the same each time. */
export const CREATED = 1_767_225_600;

export function usageOf(answer: ModelAnswer): Required<ModelUsage> {
  return { input: 12, output: 34, cached: 0, ...answer.usage };
}

export function modelOf(request: ModelRequest, answer: ModelAnswer): string {
  return answer.model ?? `${request.model}-2026-01-01`;
}

/** All texts of one kind, one after the other. */
export function textOf(answer: ModelAnswer, kind: 'text' | 'reasoning' | 'refusal'): string {
  return answer.steps
    .map((step) => (kind in step ? (step as Readonly<Record<string, string>>)[kind] : ''))
    .join('');
}

type ToolStep = Extract<AnswerStep, { readonly tool: string }>;

export function toolsOf(answer: ModelAnswer): readonly ToolStep[] {
  return answer.steps.filter((step): step is ToolStep => 'tool' in step);
}
