/** The map as a component: hands the engine what to show, and its owner what happened on it. */
import { useEffect, useRef, type RefObject } from 'react'
import type { Glide } from './glide.ts'
import { createTownMap, type Bounds, type Look, type MapEvents, type Scene, type TownMapEngine, type View } from './engine.ts'
import 'maplibre-gl/dist/maplibre-gl.css'

export type TownMapProps = {
  readonly label: string
  readonly look: Look
  readonly scene: Scene
  readonly startView: View | null
  readonly bounds: Bounds | null
  readonly glides: ReadonlyMap<number, Glide>
  readonly now: () => number
  /** Tells when glides changed; returns how to stop listening. */
  readonly onMoved: (listener: () => void) => () => void
  readonly events: MapEvents
  /** The engine while it is there. */
  readonly engineRef: RefObject<TownMapEngine | null>
}

export function TownMap({ label, look, scene, startView, bounds, glides, now, onMoved, events, engineRef: engine }: TownMapProps) {
  const container = useRef<HTMLDivElement>(null)
  const latest = useRef(events)
  latest.current = events
  const first = useRef({ view: startView, bounds, look, label })

  // effects run in order: the engine is there before the ones below hand it anything
  useEffect(() => {
    const made = createTownMap(container.current!, first.current, glides, now, {
      onClick: (...args) => latest.current.onClick(...args),
      onHover: (...args) => latest.current.onHover(...args),
      onContext: (...args) => latest.current.onContext(...args),
      onView: (...args) => latest.current.onView(...args),
      onTrouble: (...args) => latest.current.onTrouble(...args),
      onUnitsAs: (...args) => latest.current.onUnitsAs?.(...args),
    })
    engine.current = made
    const stop = onMoved(made.moved)
    return () => {
      stop()
      made.destroy()
      engine.current = null
    }
  }, [engine, glides, now, onMoved])

  useEffect(() => engine.current?.setLook(look), [engine, look])
  useEffect(() => engine.current?.setScene(scene), [engine, scene])

  return <div className="town-map" ref={container} />
}
