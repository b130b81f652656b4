/**
 * Makes the SDK, which looks once when it is loaded, take the package ws for its sockets, as it does where there is no
 * WebSocket: Node's own needs more time for a frame, which a generator of load would rather spend on more bots.
 */
Reflect.deleteProperty(globalThis, "WebSocket");
