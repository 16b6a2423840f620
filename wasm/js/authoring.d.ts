/** Loads what reads plan files; in Node nothing is left to be done. */
export default function init(options?: {
  /** The reader's file, where it cannot be fetched from beside the script. */
  wasm?: BufferSource | Response | Promise<Response> | URL | string | WebAssembly.Module;
}): Promise<void>;

/**
 * The model of a plan, for `Plan.fromModel`, from its TOML files: one text, or texts by file name. Throws an
 * `EcoplanError` with everything that is wrong with them, each with file, line, rule and field.
 */
export declare function read(files: string | Record<string, string>): object;
