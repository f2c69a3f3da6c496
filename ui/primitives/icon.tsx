/** Line icons, drawn on a 16-pixel grid. Always beside a word or with a label on the button that holds them. */

// prettier-ignore
const paths = {
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM10.6 10.6 14 14',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  check: 'M3 8.5 6.5 12 13 4.5',
  'chevron-down': 'M4 6l4 4 4-4',
  'chevron-up': 'M4 10l4-4 4 4',
  'chevron-left': 'M10 4 6 8l4 4',
  'chevron-right': 'M6 4l4 4-4 4',
  'arrow-left': 'M13 8H3M7 4 3 8l4 4',
  undo: 'M6 3 3 6l3 3M3 6h6a4 4 0 1 1 0 8H7',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.8V8l2.2 1.6',
  alert: 'M8 2.2 14.4 13.4H1.6ZM8 6.4v3.2M8 11.4v.2',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.4v3.4M8 5.1v.2',
  person: 'M8 8a2.7 2.7 0 1 0 0-5.4A2.7 2.7 0 0 0 8 8ZM2.8 14c.5-2.7 2.6-4.2 5.2-4.2s4.7 1.5 5.2 4.2',
  people: 'M6 7.6a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6ZM1.6 13.2c.4-2.4 2.2-3.7 4.4-3.7s4 1.3 4.4 3.7M10.6 3.3a2.3 2.3 0 0 1 0 4.2M12.2 9.9c1.2.6 2 1.7 2.2 3.3',
  car: 'M2 10.5V8.8l1.5-.8 1.2-3.3c.2-.5.6-.7 1.1-.7h4.4c.5 0 .9.2 1.1.7L12.5 8l1.5.8v3.7H2ZM4.2 12.5v1.2M11.8 12.5v1.2M4 8h8M4.6 10.3h1M10.4 10.3h1',
  map: 'M2 4l4-1.6 4 1.6 4-1.6v9.6L10 13.6 6 12l-4 1.6ZM6 2.4V12M10 4v9.6',
  pin: 'M8 14.2s4.6-4.1 4.6-7.6a4.6 4.6 0 0 0-9.2 0c0 3.5 4.6 7.6 4.6 7.6ZM8 8.2a1.6 1.6 0 1 0 0-3.2 1.6 1.6 0 0 0 0 3.2Z',
  layers: 'M8 2.4 14 5.6 8 8.8 2 5.6ZM2.6 8.6 8 11.5l5.4-2.9M2.6 11.2 8 14.1l5.4-2.9',
  ruler: 'M2 11 11 2l3 3-9 9ZM5 8l1.4 1.4M7.2 5.8 8.6 7.2M9.4 3.6l1.4 1.4',
  phone: 'M4 2.5h2l1 3-1.5 1.2c.7 1.6 1.8 2.7 3.4 3.4L10.2 8.7l3 1v2.2c0 .9-.7 1.6-1.6 1.5C6.9 13 3 9.1 2.5 4.2 2.4 3.3 3.1 2.5 4 2.5Z',
  camera: 'M2 5h2.6l1-1.6h4.8l1 1.6H14v8H2ZM8 11.2a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6Z',
  note: 'M3 2.5h7l3 3v8H3ZM5.5 7h5M5.5 9.7h5M9.8 2.7v3h3',
  sound: 'M2.5 6.2h2.3L8 3.5v9L4.8 9.8H2.5ZM10.3 6a3 3 0 0 1 0 4M12 4.2a5.5 5.5 0 0 1 0 7.6',
  'sound-off': 'M2.5 6.2h2.3L8 3.5v9L4.8 9.8H2.5ZM10.5 6.3l3.4 3.4M13.9 6.3l-3.4 3.4',
  sun: 'M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6ZM8 1.6v1.6M8 12.8v1.6M1.6 8h1.6M12.8 8h1.6M3.5 3.5l1.1 1.1M11.4 11.4l1.1 1.1M12.5 3.5l-1.1 1.1M4.6 11.4l-1.1 1.1',
  moon: 'M13.2 9.8A5.6 5.6 0 0 1 6.2 2.8a5.6 5.6 0 1 0 7 7Z',
  'half-moon': 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 2v12M8 5l3.7-.7M8 8h5.8M8 11l3.9.6',
  globe: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM2.2 8h11.6M8 2c2 1.7 2.8 3.7 2.8 6S10 12.3 8 14c-2-1.7-2.8-3.7-2.8-6S6 3.7 8 2Z',
  settings: 'M2.5 4.5h5M11 4.5h2.5M9.2 6a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3ZM2.5 11.5H5M8.5 11.5h5M6.7 13a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3Z',
  'sign-out': 'M9.5 2.5h-6v11h6M6.5 8H14M11.2 5.2 14 8l-2.8 2.8',
  link: 'M6.6 9.4a2.8 2.8 0 0 0 4 0l2-2a2.8 2.8 0 1 0-4-4l-.8.8M9.4 6.6a2.8 2.8 0 0 0-4 0l-2 2a2.8 2.8 0 1 0 4 4l.8-.8',
  signal: 'M2.5 12.5v-2M6.2 12.5v-4.2M9.8 12.5V5.8M13.5 12.5v-9',
  'no-signal': 'M2.5 12.5v-2M6.2 12.5v-4.2M9.8 12.5V9M2 2.5l12 12M13.5 8.5v-5',
  reach: 'M8 9.2a1.2 1.2 0 1 0 0-2.4 1.2 1.2 0 0 0 0 2.4ZM8 11.6a3.6 3.6 0 1 0 0-7.2 3.6 3.6 0 0 0 0 7.2ZM8 14.4A6.4 6.4 0 1 0 8 1.6a6.4 6.4 0 0 0 0 12.8Z',
  barrier: 'M2 5h12v3.4H2ZM4.4 5 2.9 8.4M8.2 5 6.7 8.4M12 5l-1.5 3.4M3.8 8.4v5M12.2 8.4v5M2.4 13.4h2.8M10.8 13.4h2.8',
  route: 'M3.8 13.6a1.6 1.6 0 1 0 0-3.2 1.6 1.6 0 0 0 0 3.2ZM12.2 5.6a1.6 1.6 0 1 0 0-3.2 1.6 1.6 0 0 0 0 3.2ZM5.4 12h4.1a2 2 0 0 0 0-4h-3a2 2 0 0 1 0-4h4.1',
  send: 'M14 2 7 9M14 2 9.7 14 7 9 2 6.3Z',
  lock: 'M4 7.2h8v6.3H4ZM5.6 7.2V5a2.4 2.4 0 0 1 4.8 0v2.2M8 9.6v1.6',
  eye: 'M1.6 8S4 3.7 8 3.7 14.4 8 14.4 8 12 12.3 8 12.3 1.6 8 1.6 8ZM8 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6Z',
  'eye-off': 'M3.3 5.6C2.2 6.7 1.6 8 1.6 8S4 12.3 8 12.3c1 0 1.9-.3 2.7-.7M6.2 4c.6-.2 1.2-.3 1.8-.3 4 0 6.4 4.3 6.4 4.3s-.6 1.1-1.7 2.2M2.5 2.5l11 11',
  upload: 'M8 10.5v-8M4.8 5.5 8 2.3l3.2 3.2M2.5 10.5v3h11v-3',
  download: 'M8 2.5v8M4.8 7.5 8 10.7l3.2-3.2M2.5 10.5v3h11v-3',
  target: 'M8 13A5 5 0 1 0 8 3a5 5 0 0 0 0 10ZM8 1v3M8 12v3M1 8h3M12 8h3',
  merge: 'M4 2.5v3C4 8 8 8 8 10.5v3M12 2.5v3C12 8 8 8 8 10.5M6 11.7l2 2 2-2',
  handover: 'M2.5 5.5h9M8.7 2.7l2.8 2.8-2.8 2.8M13.5 10.5h-9M7.3 7.7l-2.8 2.8 2.8 2.8',
  lantern: 'M6 2h4M8 .8V2M5 4h6M5 4c-1.7 1.7-1.7 6.3 0 8h6c1.7-1.7 1.7-6.3 0-8M5 12h6M8 12v3M8 6.2c1.3 1.4 1.3 2.6 0 3.8-1.3-1.2-1.3-2.4 0-3.8Z',
} as const

export type IconName = keyof typeof paths

export type IconProps = { readonly name: IconName; readonly size?: number; readonly className?: string }

export function Icon({ name, size = 16, className }: IconProps) {
  return (
    <svg
      className={className ? `icon ${className}` : 'icon'}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.4}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  )
}
