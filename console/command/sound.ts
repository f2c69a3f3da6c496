/** The room's few sounds, made on the spot: no files, no voices. Each is played once. */

type Note = readonly [frequency: number, atMs: number, lengthMs: number]

const sounds = {
  /** Somebody reported something: two soft steps up. */
  incident: [[523, 0, 130], [784, 140, 200]],
  /** A crew wrote: one soft note. */
  message: [[659, 0, 160]],
  /** A limit passed, a person must act: three even beats. */
  alarm: [[880, 0, 140], [880, 220, 140], [880, 440, 240]],
} as const satisfies Record<string, readonly Note[]>

let context: AudioContext | undefined

/** Browsers give sound only to pages that were touched: the first key or click opens it. */
export function readySound(): () => void {
  const open = () => {
    context ??= new AudioContext()
    void context.resume()
    window.removeEventListener('pointerdown', open)
    window.removeEventListener('keydown', open)
  }
  window.addEventListener('pointerdown', open)
  window.addEventListener('keydown', open)
  return () => {
    window.removeEventListener('pointerdown', open)
    window.removeEventListener('keydown', open)
  }
}

export function play(name: keyof typeof sounds): void {
  if (!context || context.state !== 'running') return
  const start = context.currentTime + 0.02
  for (const [frequency, at, length] of sounds[name]) {
    const tone = context.createOscillator()
    const loudness = context.createGain()
    tone.type = 'sine'
    tone.frequency.value = frequency
    const from = start + at / 1000
    const until = from + length / 1000
    // a click is heard where a tone starts or ends at once
    loudness.gain.setValueAtTime(0, from)
    loudness.gain.linearRampToValueAtTime(name === 'alarm' ? 0.22 : 0.12, from + 0.015)
    loudness.gain.setValueAtTime(name === 'alarm' ? 0.22 : 0.12, until - 0.05)
    loudness.gain.linearRampToValueAtTime(0, until)
    tone.connect(loudness).connect(context.destination)
    tone.start(from)
    tone.stop(until)
  }
}
