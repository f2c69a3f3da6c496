/** Faults of the ground: the world failed, not the caller. */

/** The database cannot be reached now. HTTP answers 503; the pool reconnects by itself. */
export class DatabaseUnavailable extends Error {
  readonly code = 'database-unavailable'
  constructor(cause: unknown) {
    super(`The database cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.name = 'DatabaseUnavailable'
  }
}

/** Another process holds the data folder. */
export class DataFolderInUse extends Error {
  readonly code = 'data-folder-in-use'
  readonly folder: string
  readonly pid: number
  constructor(folder: string, pid: number, since: string, host: string) {
    super(
      `The data folder ${folder} is in use by process ${pid} on ${host} since ${since}. ` +
        'Stop that process first, or give another --data.',
    )
    this.name = 'DataFolderInUse'
    this.folder = folder
    this.pid = pid
  }
}

/** The database of this data folder cannot be started or used, and waiting will not help. Says what to do. */
export class DatabaseCannotStart extends Error {
  readonly code = 'database-cannot-start'
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'DatabaseCannotStart'
  }
}

type WithCode = { readonly code?: unknown; readonly message?: unknown }

/** Socket errors, shutdowns, start-ups and lost connections; not statements that are wrong. */
export function isConnectionFault(error: unknown): boolean {
  if (error instanceof DatabaseUnavailable) return true
  const { code, message } = (error ?? {}) as WithCode
  if (typeof code === 'string') {
    if (/^(ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|ENOTFOUND|EACCES)$/.test(code)) return true
    // 08: connection exceptions; 57P01-3: admin shutdown, crash shutdown, cannot connect now; 53300: too many connections
    if (/^(08...|57P0[1-5]|53300)$/.test(code)) return true
    if (/^[0-9A-Z]{5}$/.test(code)) return false
  }
  return (
    typeof message === 'string' &&
    /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout|not queryable|Client was closed/i.test(
      message,
    )
  )
}

/** A deadlock or a lost race: the same work may be asked again from the start. */
export const isRaceLost = (error: unknown): boolean => {
  const { code } = (error ?? {}) as WithCode
  return code === '40P01' || code === '40001'
}

/** The same error, or the typed fault when the connection was the trouble. */
export const asFault = (error: unknown): unknown =>
  isConnectionFault(error) && !(error instanceof DatabaseUnavailable) ? new DatabaseUnavailable(error) : error
