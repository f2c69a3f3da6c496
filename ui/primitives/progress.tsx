/** How far something is. */
export type ProgressProps = {
  /** 0…1; undefined: under way, nobody knows how far. */
  readonly share: number | undefined
  readonly label: string
  /** A timer that ran out is `panic`; else the colour of a state, or neutral. */
  readonly tone?: 'rest' | 'free' | 'en-route' | 'on-scene' | 'busy' | 'panic'
  readonly thin?: boolean
}

export function Progress({ share, label, tone = 'rest', thin }: ProgressProps) {
  const percent = share === undefined ? undefined : Math.round(Math.min(1, Math.max(0, share)) * 100)
  return (
    <div
      className={['progress', `tone-${tone}`, thin && 'progress-thin', percent === undefined && 'is-unknown'].filter(Boolean).join(' ')}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <div className="progress-bar" style={percent === undefined ? undefined : { transform: `scaleX(${percent / 100})` }} />
    </div>
  )
}
