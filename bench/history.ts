/**
 * A vehicle-day read back, beside half a million, five million and (with `GENGFU_BENCH_ROWS=50000000`) fifty million
 * positions of the same day: units report in turn every 5 s, as they do. On a database of its own, with the product's settings.
 */
import { join } from 'node:path'
import { pastFixes, type PastFixes } from '#modules/units/history-store.ts'
import { dayKeeper } from '#modules/units/positions-store.ts'
import { migrate } from '#platform/db/migrate.ts'
import { openDatabase, type Database } from '#platform/db/open.ts'
import { silentLog } from '#platform/log.ts'
import { temporaryFolder } from '#test/serve.ts'
import { p50, percentile, right, type Measure } from './measure.ts'

const DAY_MS = 86_400_000
const day = Date.UTC(2026, 10, 22)
const fixesOfUnit = 17_280
const everyMs = 5_000
const rounds = 31

/** The fix that a unit told at its `n`th turn; the same as `fillSql` says it. */
const fixOf = (unit: number, n: number) => ({
  fixAt: n * everyMs + ((unit * 1877) % everyMs),
  lon: 117_200_000 + ((unit * 37 + n) % 2000) * 10,
  lat: 28_290_000 + ((unit * 91 + n * 3) % 2000) * 10,
  speed: (20 + ((n * 7 + unit) % 40)) * 10,
  course: (n * 13 + unit) % 360,
})
// The inner series depends on the outer one, so that rows lie in the order of their times, unit after unit.
const fillSql = `
  insert into units.position
  select u, 0, $1::bigint + n * ${everyMs}::bigint + u * 1877 % ${everyMs}, $1::bigint + n * ${everyMs}::bigint + 300,
    117.2 + ((u * 37 + n) % 2000) * 1e-5, 28.29 + ((u * 91 + n * 3) % 2000) * 1e-5, 20 + (n * 7 + u) % 40, (n * 13 + u) % 360, null, 5, false
  from generate_series($2::int, $3::int - 1) n cross join lateral generate_series(1, $4::int + n * 0) u`

const columns = 'fix_at, lon, lat, speed_kmh, course_deg, flagged'
const bareSql = `select ${columns} from units.position where unit = $1 and fix_at >= $2 and fix_at < $3 order by fix_at, device`
const arraysSql = `select array_agg(fix_at) as fix_at, array_agg(lon) as lon, array_agg(lat) as lat, array_agg(speed_kmh) as speed, array_agg(course_deg) as course, array_agg(flagged) as flagged from (${bareSql}) p`

function check(fixes: PastFixes, unit: number, from: number): void {
  right(fixes.fixAt.length === fixesOfUnit, `${fixes.fixAt.length} fixes of unit ${unit}, expected ${fixesOfUnit}`)
  for (let n = 0; n < fixesOfUnit; n++) {
    const fix = fixOf(unit, n)
    const same = fixes.fixAt[n] === from + fix.fixAt && fixes.lon[n] === fix.lon && fixes.lat[n] === fix.lat && fixes.speed[n] === fix.speed && fixes.course[n] === fix.course && fixes.flagged[n] === 0
    right(same, `fix ${n} of unit ${unit} is not the one that was put there`)
  }
}

async function timed(units: readonly number[], work: (unit: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  for (const unit of units) {
    const began = performance.now()
    await work(unit)
    times.push(performance.now() - began)
  }
  return times
}

async function ofSize(db: Database, unitCount: number, from: number): Promise<Measure[]> {
  const rows = unitCount * fixesOfUnit
  const name = `${(rows / 1e6).toPrecision(2)} M rows`
  await dayKeeper(db).ensure([from])
  await db.query(`insert into units.unit (id, handle, call_sign, kind, agency, capabilities, created_at, state_since)
    select 'u' || n, n, 'u' || n, 'car', 'bench', '{}', 0, 0 from generate_series(1, $1::int) n on conflict do nothing`, [unitCount])
  const step = Math.max(1, Math.floor(500_000 / unitCount))
  const began = performance.now()
  for (let n = 0; n < fixesOfUnit; n += step) await db.query(fillSql, [from, n, Math.min(fixesOfUnit, n + step), unitCount])
  const fillSeconds = (performance.now() - began) / 1000
  await db.query('vacuum analyze units.position')
  await db.query('checkpoint') // what was filled is on the disk: no write of ours disturbs a read

  const units = Array.from({ length: rounds }, (_, n) => 1 + Math.floor((n * unitCount) / rounds))
  const now = from + DAY_MS
  check(await pastFixes(db, units[3]!, from, now, fixesOfUnit + 1, now), units[3]!, from)
  const read = async (unit: number) => {
    const { fixAt } = await pastFixes(db, unit, from, now, fixesOfUnit + 1, now)
    right(fixAt.length === fixesOfUnit, `${fixAt.length} fixes`)
  }
  const first = await timed(units, read)
  const again = await timed(units, read)
  const bare = await timed(units, (unit) => db.query(bareSql, [unit, from, now]))
  const arrays = await timed(units, (unit) => db.query(arraysSql, [unit, from, now]))
  const plan = await db.query<{ 'QUERY PLAN': string }>(`explain (analyze, buffers, costs off) ${bareSql}`, [units[5]!, from, now])
  process.stdout.write(`  ${name}:\n${plan.map((line) => `    ${line['QUERY PLAN']}\n`).join('')}`)
  return [
    { name: `${name}: positions taken`, value: rows / fillSeconds, unit: 'rows/s' },
    { name: `${name}: a vehicle-day read first, p50 of ${rounds} units`, value: p50(first), unit: 'ms', limit: { atMost: 200 } },
    { name: `${name}: a vehicle-day read first, p95`, value: percentile(first, 0.95), unit: 'ms' },
    { name: `${name}: read again, p50`, value: p50(again), unit: 'ms', limit: { atMost: 200 } },
    { name: `${name}: the same rows by a bare select, p50`, value: p50(bare), unit: 'ms' },
    { name: `${name}: the same as arrays, p50`, value: p50(arrays), unit: 'ms' },
  ]
}

export async function history(): Promise<Measure[]> {
  const most = Number(process.env.GENGFU_BENCH_ROWS ?? 5_000_000)
  right(Number.isFinite(most) && most >= 500_000, `GENGFU_BENCH_ROWS=${process.env.GENGFU_BENCH_ROWS}; expected a number of at least 500000`)
  const database = await openDatabase({ dataFolder: temporaryFolder('gengfu-bench-'), log: silentLog })
  try {
    await migrate(database, join(import.meta.dirname, '../server/migrations'))
    const measures: Measure[] = []
    for (const [n, rows] of [500_000, 5_000_000, 50_000_000].entries()) {
      if (rows <= most) measures.push(...(await ofSize(database, Math.round(rows / fixesOfUnit), day + n * DAY_MS)))
    }
    return measures
  } finally {
    await database.close()
  }
}
