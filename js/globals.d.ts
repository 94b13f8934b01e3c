// SPDX-License-Identifier: Apache-2.0
//
// What the published declarations take from their host: the host's own type where the user's `lib` or `types` declare
// one, else the little that is needed of it, so that they compile in a project that has neither the DOM's types nor
// Node's. scripts/dist.js puts this file beside the declarations and imports it where one of its names is used.

declare global {
  interface SymbolConstructor {
    /** As in TypeScript's lib esnext.disposable, which older projects do not have. */
    readonly dispose: unique symbol;
    readonly asyncDispose: unique symbol;
  }
}

export type URL = typeof globalThis extends { URL: { prototype: infer T } } ? T : { readonly href: string };

export type Response = typeof globalThis extends { Response: { prototype: infer T } }
  ? T
  : {
      readonly ok: boolean;
      readonly status: number;
      arrayBuffer(): Promise<ArrayBuffer>;
    };

export type AbortSignal = typeof globalThis extends { AbortSignal: { prototype: infer T } }
  ? T
  : EventTarget & {
      readonly aborted: boolean;
      readonly reason: any;
    };

export type EventTarget = typeof globalThis extends { EventTarget: { prototype: infer T } }
  ? T
  : {
      addEventListener(type: string, listener: any, options?: any): void;
      removeEventListener(type: string, listener: any, options?: any): void;
      dispatchEvent(event: any): boolean;
    };
export declare const EventTarget: { new (): EventTarget; prototype: EventTarget };

export declare namespace WebAssembly {
  type Module = typeof globalThis extends { WebAssembly: { Module: { prototype: infer T } } } ? T : object;
  type Memory = typeof globalThis extends { WebAssembly: { Memory: { prototype: infer T } } }
    ? T
    : { readonly buffer: ArrayBuffer };
  type Instance = typeof globalThis extends { WebAssembly: { Instance: { prototype: infer T } } }
    ? T
    : { readonly exports: any };
  type Imports = Record<string, Record<string, any>>;
}
