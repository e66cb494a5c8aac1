/**
 * Every text of the pages in English, which also says what the other languages must have.
 *
 * Plain words and no codes, the same words as the terminal's. Whole sentences, because other languages order
 * them otherwise. ``host`` is the name of the shared computer, empty while it is not known. Text between
 * `backticks` is shown as something to type.
 */

import type { Denial, EndReason } from "../session/machine";
import { pluralOf } from "./plural";

const plural = pluralOf("en");

export interface Said {
  title: string;
  text: string;
}

const the = (host: string): string => host || "the host";
const The = (host: string): string => host || "The host";

const denied: Record<Denial, (host: string) => Said> = {
  denied: (host) => ({ title: `${The(host)} did not let you in`, text: "If that was a mistake, talk to them and knock again." }),
  timeout: (host) => ({ title: "Nobody answered", text: `${The(host)} may be away from the computer. You can knock again.` }),
  full: () => ({ title: "No place left", text: "As many people are watching as the host allows or its computer can serve. Try again when somebody has left." }),
  "wrong-secret": () => ({
    title: "This link or code does not work",
    text: "It may be incomplete, used up or too old. Ask the host for a new one.",
  }),
  "rate-limited": () => ({
    title: "Too many tries",
    text: "For safety the host takes no more knocks from here for a while. Wait a minute, then try again.",
  }),
  "room-not-found": () => ({
    title: "Nobody is sharing here",
    text: "The share is over, or the link is not complete. Ask the host for a new one.",
  }),
  "no-secret": () => ({
    title: "A part of the link is missing",
    text: "Open the whole link as you got it, with everything after the # sign, or type the spoken code.",
  }),
  unsupported: () => ({
    title: "This page is out of date",
    text: "The host runs another version. Reload the page; if that does not help, update Screenshare.",
  }),
};

const ended: Record<EndReason, (host: string) => Said> = {
  left: (host) => ({ title: "You have left", text: `You no longer see ${host ? `the screen of ${host}` : "the screen"}.` }),
  stopped: (host) => ({ title: `${The(host)} has stopped sharing`, text: "The session is over." }),
  removed: () => ({ title: "The host has sent you away", text: "You no longer see the screen." }),
  "capture-lost": () => ({ title: "The screen is gone", text: "The display that was shared is no longer there." }),
  failed: () => ({ title: "Sharing broke off", text: "Something went wrong at the host; they can start again." }),
  unreachable: () => ({
    title: "The host cannot be reached",
    text: "The computer may be off or asleep, or the network between you blocks the way.",
  }),
  gone: () => ({ title: "This share is over", text: "The host is there, but no longer shares under this link. Ask for a new one." }),
};

export const en = {
  common: {
    language: "Language",
    cancel: "Cancel",
    copied: "Copied",
    guest: "Guest",
    people: "People",
    allMonitors: "All monitors",
    recording: "Recording",
    enterCode: "Enter a code",
    timeLeft: (time: string) => `${time} left`,
    recordingFor: (time: string) => `Recording ${time}`,
  },

  landing: {
    title: "See a screen. Lend a hand.",
    lead: "Somebody shares a screen with you? Type the code that they read to you, or open their link.",
    spokenCode: "Spoken code",
    connect: "Connect",
    codeEmpty: "Type the ten digits you were told.",
    codeNotDigits: "A code has digits only.",
    codeLength: (digits: number) => `A code has ten digits; these are ${digits}.`,
    promises: {
      letIn: {
        title: "Only who is let in",
        text: "The person who shares allows each viewer, sees who watches, and can stop at any moment.",
      },
      handsOn: { title: "Help hands on", text: "With permission you point and type there, for as long as they like." },
      direct: {
        title: "Direct and encrypted",
        text: "Picture and input travel between the two computers; nothing is kept on the way.",
      },
    },
    toShare: "To share your own screen, run `screenshare host` on your computer.",
  },

  denied,
  ended,

  notices: {
    controlGranted: (host: string) => `You can now control ${the(host)}`,
    controlGiven: (host: string) => `The host has given you control of ${the(host)}`,
    controlRefused: {
      denied: "The host did not allow control",
      timeout: "The host did not answer; you can ask again",
      "not-granted": "Control is not allowed with this link",
    },
    controlRevoked: {
      host: "Control was taken back by the host",
      panic: "Control was taken back at the host's keyboard",
      ended: "Control ended",
      released: "You no longer control",
      "path-lost": "Control ended because the connection was lost",
      left: "Control ended",
      expired: "Your time of control is over; you can ask again",
      "given-to-other": "The host gave control to somebody else",
      capability: "The host no longer allows you to control",
    },
    reconnected: "Connected again",
    recordingStarted: "The host records this session",
    recordingStopped: "The recording has stopped",
    rightsGained: (names: string) => `The host now allows you: ${names}`,
    rightsLost: (names: string) => `The host no longer allows you: ${names}`,
    refused: (message: string) => `The host refused that: ${message}`,
    noFullScreen: "This browser does not allow full screen here",
    escLeavesFullScreen: "Esc leaves full screen",
  },

  /** By the host's code. The host's own words are English, and say more. */
  refusals: {} as Readonly<Record<string, string>>,

  status: {
    connecting: (host: string) => (host ? `Connecting to ${host}` : "Connecting"),
    waitingFor: (host: string) => `Waiting for ${the(host)} to let you in`,
    viewing: (host: string) => `Viewing ${the(host)}`,
    viewingAndAsking: (host: string) => `Viewing ${the(host)}. Asking for control`,
    controlling: (host: string) => `Controlling ${the(host)}`,
    handMoves: (host: string) => `The person at ${the(host)} uses the mouse or keyboard: yours wait`,
    hasPaused: (host: string) => `${The(host)} has paused sharing`,
    pausedBy: (host: string) => `Paused by ${the(host)}`,
    reconnecting: "Connection lost, trying again",
    notLetIn: "Not let in",
    ended: "Ended",
  },

  viewer: {
    pictureComes: "The picture comes in a moment.",
    noAnswerYet: "The host does not answer yet – trying again",
    whilePaused: "You see the screen again as soon as they go on. Nothing you do reaches it until then.",
    asked: (time: string) => `Asked ${time} ago. You will see the screen as soon as they allow it.`,
    yourName: "Your name, as the host sees it",
    tell: "Tell",
    lostAt: (time: string) => `Connection lost at ${time} – trying again`,
    lost: "Connection lost – trying again",
    lostFor: (time: string) => `For ${time} now. The host lets go of every key by itself.`,
    lasted: (time: string) => `It lasted ${time}.`,
    knockAgain: "Knock again",
    tryAgain: "Try again",
    openAgain: "Open again",
    screenOfHost: "Screen of the host",
    keyboardOfHost: "Keyboard of the host",
    beingAsked: "The host is being asked for control",
    howToLeave: "Press Esc for 2 s or Right Ctrl to leave",
    howToType: "Click the screen to type there (or Shift+Tab)",
  },

  toolbar: {
    label: "Controls",
    release: "Release control",
    releaseShort: "Release",
    cancelRequest: "Cancel request",
    cancelShort: "Cancel",
    request: "Request control",
    requestShort: "Control",
    isPaused: "Sharing is paused",
    notWithThisLink: "The host does not allow control with this link",
    monitor: "Monitor",
    oneScreen: "The host shows one screen only",
    quality: "Quality",
    actualSize: "Actual size",
    fit: "Fit to window",
    fullScreen: "Full screen",
    keyboard: "Keyboard",
    virtualKeyboard: "Virtual keyboard",
    statistics: "Statistics",
    more: "More controls",
    moreShort: "More",
    fewer: "Fewer controls",
    fewerShort: "Fewer",
    disconnect: "Disconnect",
    hide: "Hide controls",
    show: "Show controls",
  },

  panels: {
    closeOf: (title: string) => `Close ${title.toLowerCase()}`,
    shares: "shares",
    controls: "controls",
    views: "views",
    you: "(you)",
    copyAsText: "Copy as text",
    copyingFailed: "Copying failed",
    whatMatters: "What matters in the picture",
    atMost: "At most",
    noLimit: "no limit",
    limitNow: (limit: string) => `Limit now: ${limit || "not known yet"}`,
    whichMonitor: "Which monitor you see",
    mainMonitor: (size: string) => `${size}, the main one`,
    sideBySide: "Side by side, as one picture",
  },

  keys: {
    onlyWhileControlling: "Request control first: then these reach the host.",
    special: "Special keys",
    functionKeys: "Function keys",
    media: "Sound and media",
    mediaKeys: { mute: "Mute", quieter: "Quieter", louder: "Louder", playPause: "Play / pause" },
    howKeysWork: "How your keys work there",
    modes: {
      auto: { title: "Automatic", text: "Every key means what it means here" },
      place: { title: "By place", text: "For games, and where both keyboards are alike" },
      text: { title: "As text", text: "Characters are typed whatever the host's layout is" },
    },
    typeText: "Type text at the host",
    pasteHere: "Write or paste here",
    paste: "Paste",
    typeNow: "Type",
    clipboardClosed: "The browser does not let this page read the clipboard: paste with Ctrl+V.",
  },

  figures: {
    picture: "Picture",
    size: "Size",
    codedAs: "Coded as",
    exactWhenStill: (codec: string) => `${codec}, exact when still`,
    frames: "Frames",
    perSecond: (count: string) => `${count} per second`,
    delay: "Delay",
    captureToDisplay: "From capture to display",
    captureToDisplay95: "… of 95 in 100 pictures",
    roundTrip: "Round trip",
    jitter: "Jitter",
    network: "Network",
    data: "Data",
    limit: "Limit",
    free: "none",
    lowered: "lowered",
    byPath: (rate: string) => `${rate}, what the network carries`,
    byChoice: (rate: string) => `${rate}, as chosen`,
    lostPackets: "Lost packets",
    lost: (share: string, count: string) => `${share}, ${count} in all`,
    path: "Path",
    direct: "direct",
    relay: "through a relay",
  },

  quality: {
    auto: { title: "Automatic", text: "Quick in motion, sharp at rest" },
    sharp: { title: "Sharp", text: "Text stays crisp, motion may stutter" },
    smooth: { title: "Smooth", text: "Fluent motion, text sharpens at rest" },
    saver: { title: "Save data", text: "Coarser and fewer, for a slow line" },
  },

  capabilities: {
    view: "See the screen",
    control: "Control without asking",
    clipboard: "Clipboard",
    files: "Files",
    listen: "Hear the sound",
    talk: "Talk",
    draw: "Draw",
    chat: "Chat",
    notes: "Notes",
    record: "Keep a recording",
  },

  console: {
    aGuest: "A guest",
    secret: {
      link: "verified by link",
      "view-link": "verified by view-only link",
      code: "verified by code",
    },
    phase: {
      knocking: "asks to come in",
      connecting: "connecting",
      live: "watching",
      reconnecting: "connection lost, coming back",
    },
    mode: { auto: "automatic", sharp: "sharp", smooth: "smooth", saver: "save data" },
    rateOf: (rate: string, limit: string) => `${rate} of ${limit}`,
    lost: (share: string) => `${share} lost`,

    tabConsole: "Console – Screenshare",
    tabSharing: (host: string) => `Sharing ${host} – Screenshare`,
    wantsToSee: (name: string) => `${name} wants to see your screen`,
    wantsControl: (name: string) => `${name} wants to control this computer`,
    tabWantsControl: (name: string) => `${name} wants to control`,

    used: "This console address has been used",
    usedText:
      "It works once and only on this computer. The terminal in which `screenshare host` runs shows a fresh one when you start sharing again.",
    stopped: "Sharing has stopped",
    stoppedText: "Nobody sees this screen any more.",
    opening: "Opening the console",
    noAnswer: "The host does not answer – trying again",
    nothingChanged: "The host does not answer; nothing was changed",
    pausedNow: "Sharing is paused: nobody sees this screen now",
    controlsThis: (name: string) => `${name} controls this computer`,

    sharing: (host: string) => `Sharing “${host}”`,
    paused: (host: string) => `Paused “${host}”`,
    statusSharing: "Sharing",
    statusPaused: "Sharing is paused",
    watching: (count: number) => plural(count, { other: `${count} watching` }),
    nothingMoves: "nothing moves",
    fps: (count: string) => `${count} fps`,
    stopControl: "Stop control",
    resume: "Resume sharing",
    pause: "Pause sharing",
    record: "Record",
    stopRecording: "Stop recording",
    stop: "Stop sharing",
    stopQuestion: "Stop sharing this screen?",
    stopWithNobody: "Link and code will no longer work.",
    stopWithPeople: (count: number) =>
      plural(count, {
        one: "One person is sent away; link and code will no longer work.",
        other: `${count} people are sent away; link and code will no longer work.`,
      }),
    goOn: "Go on sharing",
    stopNow: "Stop now",
    monitorShown: "Monitor that is shown",

    invite: "Invite",
    whatLinkAllows: "What the link allows",
    mayAsk: "May ask for control",
    viewOnly: "View only",
    link: "Link",
    copyLink: "Copy link",
    linkCopied: "The link is on the clipboard",
    linkNotCopied: "Copying failed: select the link and copy it",
    noLink: "This link lets nobody in any more.",
    newLink: "Another link …",
    makeNewLink: "Replace the link",
    revokeLink: "Revoke the link",
    linkLife: "How long it lets people in",
    noTimeLimit: "without a time limit",
    linkWorksFor: (time: string) => `for ${time}`,
    linkLets: (count: number) => plural(count, { one: "for one more person", other: `for ${count} more people` }),
    forOnePerson: "for one person",
    whoIsInStays: "The link before lets nobody new in then. Who is in stays.",
    noCode: "No spoken code works now. The link does.",
    newCode: "New code",
    revokeCode: "Revoke code",
    preview: "What they see now",
    previewPaused: "Nobody sees anything now",
    previewWaits: "The picture comes in a moment",
    previewOf: (width: number, height: number) => `What viewers see now, ${width} × ${height} pixels`,
    panicKey: (key: string) => `or ${key} ${key} ${key} on this computer’s keyboard`,
    log: "Log",
    logEmpty: "Nothing has happened yet.",
    logged: {
      knocked: (name: string) => `${name} asked to come in`,
      joined: (name: string) => `${name} was let in`,
      left: (name: string) => `${name} left`,
      turnedAway: (name: string) => `${name} was not let in`,
      removed: (name: string) => `${name} was sent away`,
      lost: (name: string) => `The connection to ${name} was lost`,
      asksControl: (name: string) => `${name} asked for control`,
      controls: (name: string) => `${name} controls this computer`,
      controlsNot: (name: string) => `${name} controls no longer`,
      recording: "Recording began",
      paused: "Sharing was paused",
      resumed: "Sharing went on",
      newCode: "There is a new spoken code",
      noCode: "The spoken code was revoked",
    },
    codeAt: (address: string) => `Spoken code, at ${address}`,
    codeWorks: (time: string) => `works once, for ${time}`,
    codeExpired: "expired",
    qrCode: "QR code of the link",

    nobody: "Nobody is watching. Send the link, or read the code aloud.",
    since: (time: string) => `since ${time}`,
    pathLabel: "Picture and way:",
    takeBack: "Take control back",
    remove: "Remove",
    removeWho: (name: string) => `Remove ${name}`,
    watchingTag: "watching",
    controlsTag: "controls",
    controlsFor: (time: string) => `controls, ${time} left`,
    forMinutes: (minutes: string) => `for ${minutes}`,
    withoutLimit: "without limit",
    giveControl: "Give control",
    howLong: (name: string) => `How long ${name} may control`,
    howLongControl: "How long control lasts",

    onlyAllow: "Only allow people you know. Nobody from a company will call you first.",
    moreQuestions: (count: number) =>
      plural(count, { one: "One more question waits.", other: `${count} more questions wait.` }),
    controlBoth: "Control mouse and keyboard",
    deny: "Deny",
    allowView: "Allow view",
    allowControl: "Allow control",
    allowControlMore: "Also control mouse and keyboard without a further question",
    untilYouStop: "They can use your mouse and keyboard until you stop it. You can take control back at any moment.",
    untilDenied: (seconds: number) =>
      plural(seconds, { one: "1 second until this is denied", other: `${seconds} seconds until this is denied` }),

    joined: (name: string) => `${name} can see the screen now`,
    recordingSaved: (path: string) => `Recording saved: ${path}`,
  },
};

export type Words = typeof en;
