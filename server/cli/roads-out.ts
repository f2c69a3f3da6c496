/** Files as results: whole or not at all. */
import { constants, createWriteStream } from 'node:fs'
import { access, realpath, rename, rm, stat } from 'node:fs/promises'
import { once } from 'node:events'
import { roadsFault } from './roads-fault.ts'

type Append = (part: string | Uint8Array) => Promise<void>

/** A result over its own input would end the input, whatever goes wrong later. @throws a fault */
export async function refuseInput(out: string, inputs: readonly string[]): Promise<void> {
  const place = await realpath(out).catch(() => undefined)
  if (place === undefined || !(await stat(place)).isFile()) return
  for (const input of inputs) {
    if ((await realpath(input).catch(() => undefined)) === place) throw roadsFault(`${out} is read and would be overwritten. Give another file with --out.`)
  }
}

/**
 * Write a file beside its place and put it there when it is whole. A device or a pipe (/dev/stdout) is written as it is.
 *
 * @throws a fault that names the file; what was there before is there still
 */
export async function writeWhole(path: string, write: (append: Append) => Promise<void>): Promise<void> {
  const cannot = (cause: unknown) => roadsFault(`${path} cannot be written (${(cause as Error).message}). Give another file with --out; nothing was half-written.`)
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory()) throw roadsFault(`${path} is a folder. Expected a file: give one with --out.`)
  const isPlain = found === undefined || found.isFile()
  const target = found?.isFile() ? await realpath(path) : path
  // a file that may not be written is not replaced either
  if (found?.isFile()) await access(target, constants.W_OK).catch((cause: unknown) => Promise.reject(cannot(cause)))
  const draft = isPlain ? `${target}.${process.pid}.part` : target
  const stream = createWriteStream(draft)
  let broken: Error | undefined
  stream.on('error', (error) => (broken ??= error))
  const check = () => {
    if (broken) throw cannot(broken)
  }
  try {
    await once(stream, 'open').catch(() => {})
    check()
    await write(async (part) => {
      check()
      if (!stream.write(part)) await once(stream, 'drain').catch(() => {})
      check()
    })
    await new Promise<void>((resolve) => stream.end(() => resolve()))
    check()
    if (isPlain) await rename(draft, target).catch((cause: unknown) => Promise.reject(cannot(cause)))
  } catch (cause) {
    stream.destroy()
    if (isPlain) await rm(draft, { force: true })
    throw cause
  }
}
