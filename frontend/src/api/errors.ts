/** The body of a failed request (RFC 9457), with the engine's stable code and facts. */
export interface Problem {
  title: string;
  status: number;
  code: string;
  detail: string;
  facts: Partial<Record<string, string>>;
}

/** A request that the platform answered with a problem. */
export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
  }

  get status(): number {
    return this.problem.status;
  }

  get code(): string {
    return this.problem.code;
  }

  /** What is wrong with each field, where the platform says so by field. */
  fieldErrors(): Partial<Record<string, string>> {
    const { code, facts, detail } = this.problem;
    if (code === 'invalid_input') return facts;
    return facts.field ? { [facts.field]: facts.problem ?? detail } : {};
  }
}

export function isApiError(error: unknown, code?: string): error is ApiError {
  return error instanceof ApiError && (code === undefined || error.code === code);
}

/** The ApiError for *body*, also where something in between answered with other than a problem. */
export function toApiError(body: unknown, response: Response): ApiError {
  const said = typeof body === 'object' && body !== null ? (body as Partial<Problem>) : {};
  return new ApiError({
    title: said.title ?? `The platform answered ${response.status}`,
    status: response.status,
    code: said.code ?? `http_${response.status}`,
    detail:
      said.detail ??
      said.title ??
      `The platform answered ${response.status} ${response.statusText}`,
    facts: said.facts ?? {},
  });
}
