/**
 * Faults of the world that the operator can mend: port taken, folder in use, database gone, disk full, broken file.
 *
 * Rooms throw errors with a `code` in kebab case and a sentence; Node's own come with upper-case codes.
 */
export function isFault(error: unknown): error is Error & { code: string } {
  return error instanceof Error && typeof (error as { code?: unknown }).code === 'string'
}

/** Node's words for what an operator can mend, as sentences. */
export function explain(error: Error & { code?: string; port?: number; address?: string }, about: { readonly host: string; readonly port: number; readonly data: string }): Error {
  const sentences: Record<string, string> = {
    EADDRINUSE: `Port ${error.port ?? about.port} on ${error.address ?? about.host} is taken by another program. Stop it, or choose another port.`,
    EACCES: `Not allowed: ${error.message}. Choose a port from 1024 up and a data folder that this user may write to.`,
    ENOSPC: `The disk that holds ${about.data} is full. Free some space and start again; nothing was half-written.`,
    EEXIST: `${about.data} is not a folder. Give another with --data.`,
    ENOTDIR: `${about.data} is not a folder, or lies below something that is none. Give another with --data.`,
    EROFS: `The disk that holds ${about.data} is read-only.`,
    EADDRNOTAVAIL: `${error.address ?? about.host} is not an address of this machine.`,
  }
  const sentence = error.code ? sentences[error.code] : undefined
  return sentence ? Object.assign(new Error(sentence, { cause: error }), { code: error.code }) : error
}
