import { refuse, type Refused } from '#kernel/decision.ts'
import { pictureBytesMax, pictureType } from './picture.ts'
import { withoutMetadata } from './picture-metadata.ts'

/** A picture as it may be kept: known by its own bytes, not too large, without what a phone wrote into it. */
export function cleanPicture(sent: Uint8Array): { readonly bytes: Uint8Array; readonly mediaType: string } | Refused<'picture-unknown' | 'picture-too-large'> {
  const mediaType = pictureType(sent)
  if (!mediaType) return refuse('picture-unknown')
  if (sent.length > pictureBytesMax) return refuse('picture-too-large', { megabytes: pictureBytesMax / 1024 / 1024 })
  return { bytes: withoutMetadata(sent), mediaType }
}
