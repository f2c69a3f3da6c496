/** The program: reads the command line, starts what was asked for, stops cleanly. */
import { readFileSync } from 'node:fs'
import { parseArguments, usage, UsageError, type Arguments, type ServeArguments } from './arguments.ts'
import { isFault } from './faults.ts'

process.exitCode = await run()

async function run(): Promise<number> {
  let words: Arguments
  try {
    words = parseArguments(process.argv.slice(2))
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`gengfu: ${error.message}\n\n${usage}\n`)
    return 2
  }
  try {
    switch (words.command) {
      case 'help':
        process.stdout.write(`${usage}\n`)
        return 0
      case 'version':
        process.stdout.write(`${JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version}\n`)
        return 0
      case 'serve':
        return await serve(words)
      case 'import':
        return await (await import('./cli/import.ts')).importOsm(words)
      case 'roads build':
      case 'roads matrix':
      case 'roads route':
      case 'roads isochrone':
      case 'roads check':
        return await (await import('./cli/roads.ts')).roads(words)
      case 'match':
        return await (await import('./cli/match.ts')).matchTrack(words)
      case 'decode':
        return await (await import('./cli/decode.ts')).decode(words)
      case 'journal verify':
        return await (await import('./cli/journal.ts')).journalVerify(words)
      case 'journal export':
        return await (await import('./cli/journal.ts')).journalExport(words)
    }
  } catch (error) {
    // A fault of the world is a sentence for the operator; a bug is shown whole.
    process.stderr.write(isFault(error) ? `gengfu: ${error.message}\n` : `gengfu: ${(error as Error).stack}\n`)
    return 1
  }
}

/** Start the platform and stay until told to stop. */
async function serve(words: ServeArguments): Promise<number> {
  const { compose } = await import('./compose.ts')
  const stopping = new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      let first = 0
      process.on(signal, () => {
        resolve(signal)
        first ||= performance.now()
        // A terminal and npm may both deliver one Ctrl-C; a second one that is meant comes later.
        if (performance.now() - first > 2000) process.exit(1)
      })
    }
    watchLauncher(() => resolve('launcher gone'))
  })

  const steps = words.json ? process.stderr : process.stdout
  const platform = await compose({
    ...words,
    onStep: (step) => steps.write(`${step}\n`),
    stopped: stopping,
  })
  if (platform === undefined) return 0 // told to stop while starting

  if (words.json) {
    process.stdout.write(`${JSON.stringify({ ready: true, url: platform.url, terminals: platform.terminals, accounts: platform.accounts, setupUrl: platform.setupUrl })}\n`)
  } else {
    process.stdout.write(welcome(platform))
  }
  await stopping
  if (!words.json) process.stdout.write('\nStopping…\n')
  await platform.stop()
  return 0
}

function welcome({ url, terminals, accounts, setupUrl }: { url: string; terminals: Readonly<Record<string, number | null>>; accounts: readonly { role: string; name: string; password: string }[]; setupUrl?: string }) {
  const width = Math.max(0, ...accounts.map((account) => account.role.length))
  const nameWidth = Math.max(0, ...accounts.map((account) => account.name.length))
  const rows = accounts.map(
    (account) => `    ${account.role.padEnd(width)}  ${account.name.padEnd(nameWidth)}  ${account.password}\n`,
  )
  return [
    `\n  更夫 Gengfu is ready:  ${url}\n`,
    ...Object.entries(terminals).flatMap(([protocol, port]) => (port === null ? [] : [`  ${protocol.padEnd(6)} terminals on port ${port}\n`])),
    ...(accounts.length > 0 ? ['\n  Demo accounts (this machine only):\n', ...rows, `\n  Officer’s phone page:  ${url}/officer/\n`] : []),
    ...(setupUrl ? [`\n  First run — create the administrator here:\n    ${setupUrl}\n`] : []),
    '\n  Ctrl-C stops.\n\n',
  ].join('')
}

/** Under npm or npx the launcher may be killed without a word to us: then this process has nobody to answer to. */
function watchLauncher(gone: () => void) {
  if (process.env.npm_command === undefined) return
  const launcher = process.ppid
  setInterval(() => process.ppid !== launcher && gone(), 250).unref()
}
