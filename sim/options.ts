/** What the simulator's command line may say. */
import { existsSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

export const usage = `node sim/main.ts --url URL --accounts FILE|-  [--town demo/guixi/town.json] [--seed 7] [--speed 1]
               [--from 2016-08-01T08:00] [--calls on|off] [--help-desk on|off] [--hours N]
    Live in a town at a server that runs. Progress is JSON lines on standard error.
    --accounts  the simulator's accounts, [{"name","password"},…]: a file, or "-": the first line of standard input
                (then the end of standard input means that whoever started it is gone, and it stops)
    --speed     callers, crews and history's clock run so much faster; vehicles at most three times
    --from      where history starts (towns with real calls)
    --calls     off: nobody calls;  --help-desk off: only people send units
    --hours     stop after so many hours
node sim/main.ts --hours N [--seed 7] [--speed 1] [--town …]
    Without --url: boot a server in a temporary folder, live N hours, then check the laws. Exit 1 when one is broken.`

export type Options = {
  /** Absent: boot a server of our own. */
  readonly url: string | undefined
  readonly accounts: string | undefined
  readonly town: string
  readonly seed: number
  readonly speed: number
  readonly from: string | undefined
  readonly calling: boolean
  readonly helping: boolean
  readonly hours: number | undefined
}

/** @throws Error with a sentence: what was found, what was expected */
export function parseOptions(words: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...words],
    options: Object.fromEntries(
      ['url', 'accounts', 'town', 'seed', 'speed', 'from', 'calls', 'help-desk', 'hours'].map((name) => [name, { type: 'string' as const }]),
    ),
  }) as { values: Record<string, string | undefined> }
  const number = (name: string, usual: number | undefined, isRight: (value: number) => boolean, expected: string) => {
    if (values[name] === undefined) return usual
    const value = Number(values[name])
    if (values[name] === '' || !isRight(value)) throw new Error(`--${name} ${values[name]}: expected ${expected}`)
    return value
  }
  const onOff = (name: string) => {
    const value = values[name] ?? 'on'
    if (value !== 'on' && value !== 'off') throw new Error(`--${name} ${value}: expected on or off`)
    return value === 'on'
  }
  const options = {
    url: values.url,
    accounts: values.accounts,
    town: values.town ?? 'demo/guixi/town.json',
    seed: number('seed', 7, Number.isInteger, 'a whole number')!,
    speed: number('speed', 1, (value) => value >= 0.1 && value <= 3600, 'a number from 0.1 to 3600')!,
    from: values.from,
    calling: onOff('calls'),
    helping: onOff('help-desk'),
    hours: number('hours', undefined, (value) => value > 0 && value <= 24 * 31, 'hours, more than 0'),
  }
  if (options.url !== undefined && !URL.canParse(options.url)) throw new Error(`--url ${options.url}: expected an address like http://127.0.0.1:8080`)
  if (options.url !== undefined && options.accounts === undefined) throw new Error('--url needs --accounts')
  if (options.url === undefined && options.hours === undefined) throw new Error('expected --url with --accounts, or --hours')
  if (!existsSync(options.town)) throw new Error(`--town ${options.town}: no such file`)
  return options
}

/** Passwords by account name. Throws on anything but a list of names and passwords. */
export function parseAccounts(text: string): Map<string, string> {
  const json: unknown = JSON.parse(text)
  const list = Array.isArray(json) ? json : (json as { accounts?: unknown } | null)?.accounts
  if (!Array.isArray(list)) throw new Error('accounts: expected a list of {"name","password"}')
  return new Map(
    list.map((item: { name?: unknown; password?: unknown }, index): [string, string] => {
      if (typeof item?.name !== 'string' || typeof item.password !== 'string') throw new Error(`accounts: item ${index} has no name and password`)
      return [item.name, item.password]
    }),
  )
}

export const readAccounts = (file: string): Map<string, string> => parseAccounts(readFileSync(file, 'utf8'))
