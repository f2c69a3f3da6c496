type Key = { readonly nativeEvent: { readonly isComposing: boolean; readonly keyCode: number } }

/** Whether a key belongs to the input method. Safari tells the Enter that ends a composition after its end: only its code, 229, says whose it is. */
export const isComposing = ({ nativeEvent }: Key): boolean => nativeEvent.isComposing || nativeEvent.keyCode === 229
