import { pino } from 'pino'

/** The part of a logger that rooms use: fields first, then a sentence. */
export type Log = {
  debug(fields: object, message?: string): void
  debug(message: string): void
  info(fields: object, message?: string): void
  info(message: string): void
  warn(fields: object, message?: string): void
  warn(message: string): void
  error(fields: object, message?: string): void
  error(message: string): void
  child(fields: object): Log
}

/** Names under which secrets travel; their values never reach the log, at any depth up to three. */
const secrets = ['password', 'newPassword', 'oldPassword', 'token', 'setupToken', 'secret', 'csrf', 'cookie', 'authorization', 'databaseUrl']
const paths = secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*["set-cookie"]`])

/**
 * JSON lines on standard error; standard output belongs to answers (`--json`).
 *
 * @param options.level        'debug' | 'info' | 'warn' | 'error' | 'silent'
 * @param options.destination  instead of standard error, for tests
 */
export function createLog(options: { level: string; pretty?: boolean; destination?: { write(line: string): void } }): Log {
  const destination = options.destination ?? (options.pretty ? readable() : pino.destination({ fd: 2, sync: true }))
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: [...new Set(paths)], censor: '…' },
    },
    destination,
  ) as unknown as Log
}

/** For tests and for rooms that were given none. */
export const silentLog: Log = createLog({ level: 'silent' })

/** One short line per entry, for a person at a terminal. */
function readable() {
  return {
    write(line: string) {
      const { time, level, msg, err, ...fields } = JSON.parse(line) as Record<string, unknown>
      const clock = String(time).slice(11, 19)
      const rest = Object.keys(fields).length > 0 ? ` ${JSON.stringify(fields)}` : ''
      const stack = err ? `\n${(err as { stack?: string }).stack ?? JSON.stringify(err)}` : ''
      process.stderr.write(`${clock} ${String(level).padEnd(5)} ${String(msg ?? '')}${rest}${stack}\n`)
    },
  }
}
