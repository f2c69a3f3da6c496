/**
 * PNG pictures made small: true colour in, at most 256 colours out.
 *
 * A page on a screen has few colours, so a palette loses little and takes a third of the bytes. Median cut (Heckbert,
 * "Color image quantization for frame buffer display", 1982); no dithering, which would cost
 * more than the colours gain. PNG as in https://www.w3.org/TR/png-3/.
 */
import { crc32, deflateSync, inflateSync } from 'node:zlib'

export type Picture = { readonly width: number; readonly height: number; /** Red, green, blue, row by row. */ readonly rgb: Uint8Array }

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** @throws Error when it is not an 8-bit, not interlaced RGB or RGBA PNG (which is what Chromium writes) */
export function readPng(bytes: Buffer): Picture {
  if (!bytes.subarray(0, 8).equals(signature)) throw new Error('not a PNG')
  const parts: Buffer[] = []
  let header: Buffer | undefined
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    const type = bytes.toString('latin1', at + 4, at + 8)
    const data = bytes.subarray(at + 8, at + 8 + length)
    if (type === 'IHDR') header = data
    else if (type === 'IDAT') parts.push(data)
    at += length + 12
  }
  if (!header) throw new Error('a PNG without a header')
  const [width, height, depth, colour, interlace] = [header.readUInt32BE(0), header.readUInt32BE(4), header[8], header[9], header[12]]
  if (depth !== 8 || (colour !== 2 && colour !== 6) || interlace !== 0) throw new Error(`a PNG of ${depth} bits, colour type ${colour}, interlace ${interlace}`)
  const samples = colour === 6 ? 4 : 3
  const lines = unfilter(inflateSync(Buffer.concat(parts)), width * samples, height, samples)
  if (samples === 3) return { width, height, rgb: lines }
  const rgb = new Uint8Array(width * height * 3)
  for (let from = 0, to = 0; from < lines.length; from += 4, to += 3) {
    rgb[to] = lines[from]!
    rgb[to + 1] = lines[from + 1]!
    rgb[to + 2] = lines[from + 2]!
  }
  return { width, height, rgb }
}

/** Undo the five filters of PNG, row by row. */
function unfilter(data: Buffer, stride: number, height: number, samples: number): Uint8Array {
  const out = new Uint8Array(stride * height)
  for (let y = 0; y < height; y++) {
    const filter = data[y * (stride + 1)]
    const row = y * (stride + 1) + 1
    const to = y * stride
    for (let x = 0; x < stride; x++) {
      const left = x >= samples ? out[to + x - samples]! : 0
      const up = y > 0 ? out[to + x - stride]! : 0
      const corner = x >= samples && y > 0 ? out[to + x - stride - samples]! : 0
      const guess = filter === 1 ? left : filter === 2 ? up : filter === 3 ? (left + up) >> 1 : filter === 4 ? paeth(left, up, corner) : 0
      out[to + x] = data[row + x]! + guess
    }
  }
  return out
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}

/** The picture with a palette of at most 256 colours; exact where it has no more. About 60 ns per pixel. */
export function writePalettePng({ width, height, rgb }: Picture): Buffer {
  const { palette, indexOf } = paletteOf(rgb)
  const rows = Buffer.alloc((width + 1) * height)
  for (let y = 0, from = 0; y < height; y++) {
    for (let x = 0, to = y * (width + 1) + 1; x < width; x++, from += 3, to++) rows[to] = indexOf(rgb[from]!, rgb[from + 1]!, rgb[from + 2]!)
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3, 0, 0, 0], 8)
  return Buffer.concat([signature, chunk('IHDR', header), chunk('PLTE', palette), chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })), chunk('IEND', Buffer.alloc(0))])
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const out = Buffer.alloc(data.length + 12)
  out.writeUInt32BE(data.length, 0)
  out.set(named, 4)
  out.writeUInt32BE(crc32(named), data.length + 8)
  return out
}

type Colour = { readonly r: number; readonly g: number; readonly b: number; readonly count: number }

function paletteOf(rgb: Uint8Array): { palette: Buffer; indexOf(r: number, g: number, b: number): number } {
  const counts = new Map<number, number>()
  for (let at = 0; at < rgb.length; at += 3) {
    const key = (rgb[at]! << 16) | (rgb[at + 1]! << 8) | rgb[at + 2]!
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const colours: Colour[] = [...counts].map(([key, count]) => ({ r: key >> 16, g: (key >> 8) & 255, b: key & 255, count }))
  // what fills much of the picture (ground, panels, text) keeps its exact colour; the rest is shared out
  const sorted = colours.toSorted((a, b) => b.count - a.count)
  const exact = sorted.slice(0, sorted.length <= 256 ? 256 : 64)
  const boxes = sorted.length <= 256 ? [] : cut(sorted.slice(64), 192)
  const entries = [...exact, ...boxes.map(meanOf)]
  const indices = new Map<number, number>()
  const indexOf = (r: number, g: number, b: number) => {
    const key = (r << 16) | (g << 8) | b
    let index = indices.get(key)
    if (index === undefined) {
      let best = Infinity
      index = 0
      for (const [at, entry] of entries.entries()) {
        // green weighs most for the eye
        const far = 3 * (entry.r - r) ** 2 + 6 * (entry.g - g) ** 2 + 2 * (entry.b - b) ** 2
        if (far < best) [best, index] = [far, at]
      }
      indices.set(key, index)
    }
    return index
  }
  return { palette: Buffer.from(entries.flatMap(({ r, g, b }) => [r, g, b])), indexOf }
}

/** Median cut: split the box with the largest spread, weighted by how much of the picture it is, until there are enough. */
function cut(colours: readonly Colour[], most: number): Colour[][] {
  const boxes: { colours: Colour[]; weight: number; channel: 'r' | 'g' | 'b' }[] = [boxOf([...colours])]
  while (boxes.length < most) {
    let widest = -1
    for (const [at, box] of boxes.entries()) if (box.colours.length > 1 && (widest < 0 || box.weight > boxes[widest]!.weight)) widest = at
    if (widest < 0) break
    const { colours: inside, channel } = boxes[widest]!
    inside.sort((a, b) => a[channel] - b[channel])
    const half = inside.reduce((sum, { count }) => sum + count, 0) / 2
    let at = 0
    let sum = inside[0]!.count
    while (at < inside.length - 2 && sum < half) sum += inside[++at]!.count
    boxes.splice(widest, 1, boxOf(inside.slice(0, at + 1)), boxOf(inside.slice(at + 1)))
  }
  return boxes.map((box) => box.colours)
}

function boxOf(colours: Colour[]): { colours: Colour[]; weight: number; channel: 'r' | 'g' | 'b' } {
  const spread = (channel: 'r' | 'g' | 'b') => {
    let [low, high] = [255, 0]
    for (const colour of colours) [low, high] = [Math.min(low, colour[channel]), Math.max(high, colour[channel])]
    return high - low
  }
  const spreads = { r: spread('r'), g: spread('g'), b: spread('b') }
  const channel = spreads.g >= spreads.r && spreads.g >= spreads.b ? 'g' : spreads.r >= spreads.b ? 'r' : 'b'
  const count = colours.reduce((sum, each) => sum + each.count, 0)
  return { colours, channel, weight: spreads[channel] ** 2 * Math.sqrt(count) }
}

function meanOf(colours: readonly Colour[]): Colour {
  let [r, g, b, count] = [0, 0, 0, 0]
  for (const each of colours) [r, g, b, count] = [r + each.r * each.count, g + each.g * each.count, b + each.b * each.count, count + each.count]
  return { r: Math.round(r / count), g: Math.round(g / count), b: Math.round(b / count), count }
}
