/** Voice notes 语音: what the bytes themselves say they are. Pure. */

/** Codec ids of pictures; shorter marks would be met by chance in the sound itself. */
const film = /V_(VP[89]|AV1|MPEG|MS\/|THEORA)/
/** Headers of the recorders' own making are this short; what comes later is sound. */
const headBytes = 8192

/**
 * The kind of recording, as browsers make them; never what a sender calls it.
 *
 * @returns undefined for anything else, and for a recording that has a picture track: it is a film, which nobody asked for
 *
 * Matroska (RFC 9559): EBML header 1A 45 DF A3, document type `webm`, codec ids `A_OPUS`, `V_VP8` … in clear.
 * ISO 14496-12: a box `ftyp` at byte 4, track handlers `soun` and `vide`, sample entries `mp4a`, `Opus`.
 * Ogg (RFC 7845): `OggS`, first packet `OpusHead`.
 */
export function voiceType(bytes: Uint8Array): 'audio/webm' | 'audio/mp4' | 'audio/ogg' | undefined {
  const head = latin1(bytes.subarray(0, headBytes))
  if (head.startsWith('\u001aE\u00df\u00a3') && head.slice(0, 64).includes('webm')) {
    return head.includes('A_OPUS') && !film.test(head) ? 'audio/webm' : undefined
  }
  if (head.slice(4, 8) === 'ftyp') {
    // an MP4 that was written in one piece has its tracks at the end
    const tracks = head + latin1(bytes.subarray(Math.max(headBytes, bytes.length - headBytes)))
    return tracks.includes('soun') && !tracks.includes('vide') && (tracks.includes('mp4a') || tracks.includes('Opus')) ? 'audio/mp4' : undefined
  }
  if (head.startsWith('OggS') && head.slice(28, 36) === 'OpusHead') return 'audio/ogg'
  return undefined
}

const latin1 = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
