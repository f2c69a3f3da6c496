/** The colours of the map, by theme: the basemap's greys, and the state colours as `ui/theme.css` has them. */
export type MapTheme = 'dark' | 'light'

export type Palette = {
  readonly land: string
  readonly built: string
  readonly green: string
  readonly water: string
  readonly building: string
  readonly buildingEdge: string
  readonly boundary: string
  readonly roadEdge: string
  readonly roadMain: string
  readonly road: string
  readonly roadMinor: string
  readonly rail: string
  readonly label: string
  readonly labelStrong: string
  readonly waterLabel: string
  readonly halo: string
  /** What stands on the map. */
  readonly ink: string
  readonly paper: string
  readonly edge: string
  readonly tones: Readonly<Record<'rest' | 'free' | 'busy' | 'en-route' | 'on-scene' | 'panic', string>>
}

export const palettes: Readonly<Record<MapTheme, Palette>> = {
  dark: {
    land: '#10151b',
    built: '#131920',
    green: '#111b1a',
    water: '#0f2030',
    building: '#181f27',
    buildingEdge: '#1e2731',
    boundary: '#36404c',
    roadEdge: '#0b0f14',
    roadMain: '#37424f',
    road: '#2a333e',
    roadMinor: '#202832',
    rail: '#2b333d',
    label: '#8592a1',
    labelStrong: '#aeb8c4',
    waterLabel: '#5f87a8',
    halo: '#10151b',
    ink: '#eef1f5',
    paper: '#0c1014',
    edge: '#06080b',
    tones: { rest: '#7c8796', free: '#2ec7a9', busy: '#f0b23f', 'en-route': '#5ba4ff', 'on-scene': '#b692ff', panic: '#ff5d54' },
  },
  light: {
    land: '#f3f0e9',
    built: '#efebe2',
    green: '#e5e9da',
    water: '#cadbe4',
    building: '#e7e2d7',
    buildingEdge: '#dcd5c7',
    boundary: '#b9b1a2',
    roadEdge: '#ddd6c8',
    roadMain: '#ffffff',
    road: '#fdfcf9',
    roadMinor: '#f9f6f0',
    rail: '#c9c2b5',
    label: '#6d6a64',
    labelStrong: '#4a4843',
    waterLabel: '#4f7488',
    halo: '#f3f0e9',
    ink: '#191c21',
    paper: '#ffffff',
    edge: '#ffffff',
    tones: { rest: '#6a707b', free: '#0b7f6a', busy: '#dc9412', 'en-route': '#1c64d1', 'on-scene': '#7440cf', panic: '#cc211b' },
  },
}
