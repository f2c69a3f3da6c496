/** Files sent in parts: what a map reader asks of a PMTiles archive, and a player of a recording. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FileReply } from './route.ts'

export type Range = { readonly start: number; readonly end: number }

/**
 * The bytes asked for by a `Range` header (RFC 9110, 14).
 *
 * @returns the one range, both ends inclusive; 'all' where there is none, or several, or it cannot be read;
 *          'outside' where it begins past the end
 */
export function rangeOf(header: string | undefined, size: number): Range | 'all' | 'outside' {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '')
  if (!match || (match[1] === '' && match[2] === '')) return 'all'
  const [, first = '', last = ''] = match
  if (first === '') {
    const count = Math.min(Number(last), size)
    return count === 0 ? 'outside' : { start: size - count, end: size - 1 }
  }
  const start = Number(first)
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (start >= size) return 'outside'
  return start > end ? 'all' : { start, end }
}

/** Send a file, whole or in part. 404 when it is gone. Never compressed: what is sent this way is packed already. */
export async function sendFile(request: FastifyRequest, reply: FastifyReply, file: FileReply): Promise<FastifyReply | 'gone'> {
  const known = await stat(file.path).catch(() => undefined)
  if (!known?.isFile()) return 'gone'
  request.headers['x-no-compression'] = 'packed already' // what the compression plugin listens to
  const etag = /^(W\/)?"/.test(file.etag) ? file.etag : `"${file.etag}"`
  reply.header('accept-ranges', 'bytes').header('etag', etag).header('content-type', file.type)
  // like every answer: a phone is lent and shared, and what it showed must not lie in it
  if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')

  const known304 = String(request.headers['if-none-match'] ?? '')
  if (known304.split(',').some((one) => one.trim() === etag || one.trim() === '*')) return reply.code(304).send()

  const ifRange = request.headers['if-range']
  const range = ifRange === undefined || ifRange === etag ? rangeOf(request.headers.range, known.size) : 'all'
  if (range === 'outside') return reply.code(416).header('content-range', `bytes */${known.size}`).send()
  if (range === 'all') {
    reply.header('content-length', known.size)
    return reply.send(request.method === 'HEAD' ? Readable.from([]) : createReadStream(file.path))
  }
  reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${known.size}`).header('content-length', range.end - range.start + 1)
  return reply.send(request.method === 'HEAD' ? Readable.from([]) : createReadStream(file.path, range))
}
