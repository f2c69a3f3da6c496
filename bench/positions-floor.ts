/**
 * A process that does the least that anybody could with the same positions: it sends their bytes back, and it copies their rows into a
 * table like the one they are kept in, as the same bytes, each batch durable.
 */
import { createServer } from 'node:net'
import pg from 'pg'
import { positionRows } from '#modules/units/position-rows.ts'
import type { PositionRow } from '#modules/units/positions-store.ts'
import { fleet, positionsOf } from './positions-feed.ts'
import { monotonicMs } from './processor.ts'

export type CopyOrder = { readonly database: string; readonly perSecond: number; readonly ms: number; readonly inBatch: number }
export type Copied = { readonly rows: number; readonly seconds: number }

createServer((socket) => void socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1', function (this: { address(): unknown }) {
  process.send!({ port: (this.address() as { port: number }).port })
})

/** COPY … FROM STDIN, as pg's own queries are: what is submitted speaks to the connection itself. */
class Copy {
  callback: ((error: Error | null) => void) | undefined
  readonly text: string
  readonly rows: Buffer
  constructor(text: string, rows: Buffer, callback: (error: Error | null) => void) {
    this.text = text
    this.rows = rows
    this.callback = callback
  }
  submit(connection: { query(text: string): void }): void {
    connection.query(this.text)
  }
  handleCopyInResponse(connection: { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void }): void {
    connection.sendCopyFromChunk(this.rows)
    connection.endCopyFrom()
  }
  handleCommandComplete(): void {}
  handleError(error: Error): void {
    this.callback?.(error)
  }
  handleReadyForQuery(): void {
    this.callback?.(null)
  }
}

async function copy({ database, perSecond, ms, inBatch }: CopyOrder): Promise<Copied> {
  const client = new pg.Client({ connectionString: database })
  await client.connect()
  await client.query('drop table if exists public.position_floor')
  await client.query('create table public.position_floor (like units.position including all)')
  const town = fleet(50_000)
  const from = monotonicMs()
  let rows = 0
  while (monotonicMs() - from < ms) {
    if (((monotonicMs() - from) * perSecond) / 1000 - rows < inBatch) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      continue
    }
    const batch: PositionRow[] = []
    const now = Date.now()
    const fix = { device: 0, fixAt: now, takenAt: now, courseDeg: null, accuracyMeters: null }
    positionsOf((unit, number, lon, lat) => batch.push({ unit, fix: { ...fix, lon, lat, speedKmh: number }, altitudeMeters: null, flagged: false }))(town.next(inBatch))
    const bytes = positionRows(batch)
    await new Promise<void>((resolve, reject) => {
      client.query(new Copy('copy public.position_floor from stdin (format binary)', Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), (error) => (error ? reject(error) : resolve())) as unknown as pg.Submittable)
    })
    rows += inBatch
  }
  const seconds = (monotonicMs() - from) / 1000
  const { rows: counted } = await client.query('select count(*)::int as count from public.position_floor')
  await client.query('drop table public.position_floor')
  await client.end()
  return { rows: counted[0].count, seconds }
}

process.on('message', async (order: CopyOrder) => process.send!(await copy(order)))
process.on('disconnect', () => process.exit(0))
