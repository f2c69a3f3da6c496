/** Why a map was not imported: a code with its parameters, told in the reader's language by `refusals.ts`. */
import { sentence, type RefusalParams } from '#kernel/decision.ts'
import { refusals } from './refusals.ts'

export class MapProblem extends Error {
  readonly code: string
  readonly params: RefusalParams
  constructor(code: string, params: RefusalParams = {}, cause?: unknown) {
    super(sentence(refusals, { refused: code, params }, 'en'), { cause })
    this.code = code
    this.params = params
  }
}

/** Any failure of an import as one of the problems a person can do something about. */
export function asMapProblem(error: unknown): MapProblem {
  if (error instanceof MapProblem) return error
  const { code, message, offset } = error as { code?: string; message?: string; offset?: number }
  switch (code) {
    case 'osm-file-broken':
    case 'osm-file-cut-short':
    case 'osm-file-foreign':
      return new MapProblem(code, { offset: offset ?? 0, what: (message ?? '').replace(/^.*?at byte \d+: /, '') }, error)
    case 'ENOSPC':
    case 'EDQUOT':
      return new MapProblem('disk-full', {}, error)
    case 'ERR_WORKER_OUT_OF_MEMORY':
      return new MapProblem('map-too-large', {}, error)
    case 'ENOENT':
      return new MapProblem('map-file-missing', { what: message ?? '' }, error)
    default:
      return new MapProblem('import-failed', { what: message ?? String(error) }, error)
  }
}
