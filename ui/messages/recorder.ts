/** A voice note recorded in the browser: started, counted, kept or thrown away. At most a minute. */
import { voiceBytesMax, voiceSecondsMax } from '#modules/messages/contract.ts'

export type Recording = { readonly blob: Blob; readonly seconds: number }
export type Recorder = {
  /** Ends it; undefined when it was too short to say anything. */
  stop(): Promise<Recording | undefined>
  cancel(): void
}

/** What browsers record, the best first: Chromium and Firefox Opus, Safari AAC. */
const types = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus']
/** Speech is well understood at this rate, and a minute of it is a quarter of what may be sent. */
const bitsPerSecond = 32_000
const shortestMs = 500
/** So often what was recorded is handed over, and its size is known. */
const sliceMs = 1000

/** Why nothing can be recorded here, as a word of the catalogue; undefined when it can. Microphones are given to https and this machine only. */
export function cannotRecord(): 'insecure' | 'unable' | undefined {
  if (!window.isSecureContext) return 'insecure'
  if (!navigator.mediaDevices?.getUserMedia || typeof MediaRecorder === 'undefined') return 'unable'
  return types.some((type) => MediaRecorder.isTypeSupported(type)) ? undefined : 'unable'
}

/**
 * Ask for the microphone and begin. It is let go at the end, whatever the end is.
 *
 * @param onEnd  told when it ends by itself, because a minute is over
 * @throws DOMException when the microphone is refused or missing
 */
export async function record(onEnd: () => void): Promise<Recorder> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, noiseSuppression: true, echoCancellation: true } })
  const type = types.find((each) => MediaRecorder.isTypeSupported(each))!
  const letGo = () => {
    for (const track of stream.getTracks()) track.stop()
  }
  const parts: Blob[] = []
  let bytes = 0
  const startedAt = performance.now()
  const recorder = made(stream, type, letGo)
  let endedAt: number | undefined
  const ended = new Promise<void>((resolve) => {
    recorder.ondataavailable = ({ data }) => {
      parts.push(data)
      bytes += data.size
      // Safari takes the rate for a wish: what would grow beyond what may be sent ends before it does
      if (endedAt === undefined && bytes + 2 * data.size > voiceBytesMax) endByItself()
    }
    // also when a phone call takes the microphone away
    recorder.onstop = () => {
      if (endedAt === undefined) endByItself()
      resolve()
    }
  })
  const end = () => {
    endedAt ??= performance.now()
    clearTimeout(limit)
    if (recorder.state !== 'inactive') recorder.stop()
    letGo()
  }
  const endByItself = () => {
    end()
    onEnd()
  }
  const limit = setTimeout(endByItself, (voiceSecondsMax - 0.5) * 1000)
  try {
    recorder.start(sliceMs)
  } catch (cause) {
    end()
    throw cause
  }

  return {
    async stop() {
      end()
      await ended
      const ms = endedAt! - startedAt
      const blob = new Blob(parts, { type: type.split(';')[0]! })
      return ms < shortestMs || blob.size > voiceBytesMax ? undefined : { blob, seconds: Math.round(ms / 100) / 10 }
    },
    cancel: end,
  }
}

/** A recorder, or the microphone is let go again. */
function made(stream: MediaStream, mimeType: string, letGo: () => void): MediaRecorder {
  try {
    return new MediaRecorder(stream, { mimeType, audioBitsPerSecond: bitsPerSecond })
  } catch (cause) {
    letGo()
    throw cause
  }
}
