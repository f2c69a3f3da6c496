/** What each client sees of the moving units: the tiles of its part of the map, its part of the tree, at its own pace. */
import { inScope, isWithin } from '#kernel/actor.ts'
import type { AgencyPath, Instant } from '#kernel/names.ts'
import type { PositionSource } from './contract.ts'
import { encodeFrame, encodeTile, type Block } from './frame.ts'
import { coverOf, type Box, type Cover, type TileKey } from './grid.ts'
import { createTiles, type Rights } from './tiles.ts'

export type Views = {
  /** A new tick: what changed until now is what the next frames tell. */
  advance(now: Instant): void
  open(scope: readonly AgencyPath[]): View
}

export type View = {
  /** Another part of the map; null: none. */
  look(box: Box | null): void
  /** Other rights: nothing that was sent is held any longer. */
  limit(scope: readonly AgencyPath[]): void
  /**
   * What this client does not know yet, or undefined when that is nothing. Calling it means that it will be sent;
   * a client that is not asked for a while gets the union later. The bytes may be others' too.
   */
  frame(): Buffer | undefined
}

const nowhere: Cover = { level: 0, tiles: [] }

type Said = { readonly message: Buffer | undefined; /** What whoever was told it knows. */ readonly known: number }

/** One for all clients: those with the same tiles, rights and last tick share one message. */
export function createViews(source: PositionSource): Views {
  const tiles = createTiles(source)
  /**
   * What was said at this tick, by what a client knew before, in words. Who was told the same knows the same: a number stands for that from
   * then on, so that the words are put together once for all of them and not for each.
   */
  const byWords = new Map<string, Said>()
  const byKnown = new Map<number, Said>()
  let knowns = 0

  function open(first: readonly AgencyPath[]): View {
    let rights = rightsOf(first)
    let cover = nowhere
    let coverKey = ''
    /** The tick of its last frame; undefined: the next one makes it forget what it held. */
    let sent: number | undefined
    /** It knows all that happened in its tiles up to this tick. */
    let since = 0
    /** A frame must go even if there is nothing to see. */
    let isDue = false
    /** All of this as one number, while nothing but frames changed it. */
    let known: number | undefined
    /** Tiles that it has nothing of yet, and tiles that it need not hold any more. */
    let fresh = new Set<TileKey>()
    let dropped = new Set<TileKey>()

    function forget(): void {
      known = undefined
      isDue ||= sent !== undefined
      sent = undefined
      fresh = new Set(cover.tiles)
      dropped = new Set()
    }

    function build(): Buffer | undefined {
      const blocks: Block[] = []
      for (const tile of dropped) blocks.push(encodeTile(cover.level, tile, 'dropped', [], [], tiles.now()))
      for (const tile of cover.tiles) {
        const block = tiles.block(cover.level, tile, rights, fresh.has(tile) ? undefined : since)
        if (block) blocks.push(block)
      }
      return blocks.length > 0 || isDue ? Buffer.from(encodeFrame(tiles.tick(), sent, blocks, tiles.now()).buffer) : undefined
    }

    function say(): Said {
      const name = [coverKey, sent, since, isDue, [...fresh].join(), [...dropped].join(), rights.key].join(' ')
      let said = byWords.get(name)
      if (!said) byWords.set(name, (said = { message: build(), known: knowns++ }))
      if (known !== undefined) byKnown.set(known, said)
      return said
    }

    return {
      look(box) {
        known = undefined
        const next = box ? coverOf(box) : nowhere
        if (box && next.level === cover.level) {
          const wanted = new Set(next.tiles)
          const held = new Set(cover.tiles)
          for (const tile of cover.tiles) if (!wanted.has(tile) && !fresh.delete(tile)) dropped.add(tile)
          // A tile that comes back before its end was told goes on from where it was.
          for (const tile of next.tiles) if (!held.has(tile) && !dropped.delete(tile)) fresh.add(tile)
          cover = next
        } else {
          cover = next
          forget()
          if (box) isDue = true
        }
        coverKey = `${cover.level}:${cover.tiles.join()}`
      },
      limit(scope) {
        const next = rightsOf(scope)
        if (next.key === rights.key) return
        rights = next
        forget()
      },
      frame() {
        const said = (known === undefined ? undefined : byKnown.get(known)) ?? say()
        const { message } = said
        known = said.known
        if (message) sent = tiles.tick()
        since = tiles.tick()
        isDue = false
        fresh.clear()
        dropped.clear()
        return message
      },
    }
  }

  return {
    advance(now) {
      tiles.advance(now)
      byWords.clear()
      byKnown.clear()
    },
    open,
  }
}

/** Roots within other roots say nothing more. */
function rightsOf(scope: readonly AgencyPath[]): Rights {
  const roots = [...new Set(scope)].filter((path) => !scope.some((root) => root !== path && isWithin(path, root))).sort()
  const known = new Map<AgencyPath, boolean>() // few agencies, many units
  return {
    key: roots.join(),
    sees(agency) {
      let answer = known.get(agency)
      if (answer === undefined) known.set(agency, (answer = inScope(agency, roots)))
      return answer
    },
  }
}
