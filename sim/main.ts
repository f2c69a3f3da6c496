/** The simulator as a program: a town at a server that runs, or a day in a town of its own. */
import { createInterface } from 'node:readline'
import { parseAccounts, parseOptions, readAccounts, usage, type Options } from './options.ts'
import { run } from './run.ts'

const say = (what: string, details: Record<string, unknown>) => {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), what, ...details })}\n`)
}

process.exitCode = await main()
process.stdin.destroy() // a pipe left open would keep the process

async function main(): Promise<number> {
  let options: Options
  try {
    if (process.argv.includes('--help') || process.argv.includes('-h')) {
      process.stdout.write(`${usage}\n`)
      return 0
    }
    options = parseOptions(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`sim: ${(error as Error).message}\n\n${usage}\n`)
    return 2
  }

  const stop = new AbortController()
  let polite = true
  const gone = () => {
    polite = false // whoever started us is gone, and with it, most likely, the server
    stop.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort())
  process.on('disconnect', gone)
  process.stderr.on('error', () => {}) // a reader that is gone must not kill us on the way out
  const launcher = process.ppid
  setInterval(() => process.ppid !== launcher && gone(), 1000).unref()
  if (options.hours !== undefined) setTimeout(() => stop.abort(), options.hours * 3_600_000).unref()

  try {
    if (options.url === undefined) {
      const { liveADay } = await import('./day.ts')
      return await liveADay(options, { stopped: stop.signal, say })
    }
    const passwords = options.accounts === '-' ? await firstLine(gone) : readAccounts(options.accounts!) // parseOptions sees to it
    await run({ ...options, url: options.url, passwords, stopped: stop.signal, polite: () => polite, say })
    return 0
  } catch (error) {
    say('failed', { because: (error as Error).message })
    process.stderr.write(`sim: ${(error as Error).stack}\n`)
    return 1
  }
}

/** Accounts from the first line of standard input; its end is the end of whoever holds the other end. */
function firstLine(gone: () => void): Promise<Map<string, string>> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: process.stdin })
    lines.once('line', (line) => {
      try {
        resolve(parseAccounts(line))
      } catch (error) {
        reject(error as Error)
      }
    })
    lines.once('close', () => {
      reject(new Error('accounts: standard input ended before its first line')) // no effect once resolved
      gone()
    })
  })
}
