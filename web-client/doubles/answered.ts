// What a double of the server answers.
export interface Answered {
  status: number;
  body: unknown;
}

export const good = (body: unknown): Answered => ({ status: 200, body });
export const bad = (status: number, code: string, more: object = {}): Answered => ({
  status, body: { code, detail: '', ...more },
});
