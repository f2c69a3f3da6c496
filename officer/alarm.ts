/** The ring of a new order: three struck notes, as a watchman's clapper, with vibration. Made by the machine, no file. */

let context: AudioContext | undefined

/** Browsers make no sound before a touch: call this on any tap of a person. */
export function allowSound(): void {
  try {
    context ??= new AudioContext()
    void context.resume()
  } catch {
    // no audio here: the vibration and the screen have to do
  }
}

/** Ring once, about a second. */
export function ring(): void {
  navigator.vibrate?.([300, 120, 300, 120, 600])
  if (!context || context.state !== 'running') return
  const start = context.currentTime + 0.02
  for (const [at, hertz] of [[0, 880], [0.22, 880], [0.44, 1174]] as const) {
    const tone = context.createOscillator()
    const volume = context.createGain()
    tone.type = 'triangle'
    tone.frequency.value = hertz
    volume.gain.setValueAtTime(0, start + at)
    volume.gain.linearRampToValueAtTime(0.9, start + at + 0.01)
    volume.gain.exponentialRampToValueAtTime(0.001, start + at + 0.35)
    tone.connect(volume).connect(context.destination)
    tone.start(start + at)
    tone.stop(start + at + 0.4)
  }
}
