"""The life of one share: rooms are built, wired, started and stopped in order."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from screenshare.capability import AVAILABLE, Capability
from screenshare.capture import choose as capture
from screenshare.capture.canvas import ALL_MONITORS, as_one, part
from screenshare.capture.source import ScreenSource
from screenshare.clipboard.choose import open_clipboard
from screenshare.clock import monotonic_s, process_cpu_s, thread_cpu_s, wall_s
from screenshare.config import HostConfig, ListenAddress
from screenshare.errors import (
    BackendError,
    CaptureUnavailable,
    LocalProtocolError,
    ScreenshareError,
)
from screenshare.handover import tell
from screenshare.host import links
from screenshare.host.clips import Clips
from screenshare.host.conductor import Conductor
from screenshare.host.console import Console
from screenshare.host.desktop import VirtualDesktop
from screenshare.host.hub import EventHub
from screenshare.host.load import Load
from screenshare.host.media_room import MediaRoom
from screenshare.host.memory import give_back
from screenshare.host.paths import Paths
from screenshare.host.preview import Preview
from screenshare.host.recordings import Recordings
from screenshare.host.screens import ScreenCallbacks, Screens
from screenshare.host.viewing import Viewing
from screenshare.host.windows import Windows
from screenshare.host.witness import Witness
from screenshare.input.choose import open_hand_watch, open_injector
from screenshare.input.desk import InputDesk
from screenshare.input.hand_desk import HandDesk
from screenshare.media import Monitor, Region, Window
from screenshare.presence.attendant import Attendant
from screenshare.presence.choose import sign_makers
from screenshare.presence.port import SignUnavailable
from screenshare.protocol import console, line, messages, signaling
from screenshare.recording.names import default_path
from screenshare.recording.recorder import RecordingResult
from screenshare.rendezvous import server
from screenshare.rendezvous.pages import Pages
from screenshare.rendezvous.turn import Relay, TurnSecret
from screenshare.session import describe
from screenshare.session import events as happened
from screenshare.session.clipboard import ClipboardRule
from screenshare.session.door import ASK_ROOM, Door
from screenshare.session.invitations import STANDING, Invitation
from screenshare.session.rights import Policy, Secret
from screenshare.session.session import Session
from screenshare.session.shown import Shown
from screenshare.signaling.line import Line, LineCallbacks, LineLost

log = logging.getLogger(__name__)

DEFAULT_DESKTOP = "1280x720"
# Encoding threads hold the GIL for moments only; the loop should get it back as soon.
SWITCH_INTERVAL_S = 0.0005
DESCRIBE_INTERVAL_S = 1.0
TIDY_INTERVAL_S = 30.0
# Three digits name a thousand codes: beyond this many in use, the server is full of them.
MOST_CODES_TRIED = 20


class Host:
    """One share of one screen.

    ``async with Host(HostConfig(...)) as host`` starts it and stops it; ``host.link`` invites,
    ``host.events()`` tells what happens, ``host.command(...)`` decides.
    """

    def __init__(self, config: HostConfig) -> None:
        self.config = config
        self.hub = EventHub()
        self.failure: ScreenshareError | None = None
        self._stack = AsyncExitStack()
        self._stopped = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._end_reason: signaling.EndReason = "stopped"
        self._is_stopping = False
        self._ready: console.Ready | None = None
        self._load = Load(os.cpu_count() or 1)
        self._has_encoded, self._tidied_at = False, float("-inf")
        self._early_warnings: list[console.Warned] = []
        self._has_own_desktop = False
        self._line: Line | None = None
        self.witness: Witness | None = None
        self._lan_origin = self._origin = ""
        self._codes_refused = 0
        self._has_told_of_codes = self._has_told_of_link = False

    # --- the door --------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def ready(self) -> console.Ready:
        """Link, code, console and monitors of the running share."""
        if self._ready is None:
            raise LocalProtocolError("the host is not started")
        return self._ready

    @property
    def link(self) -> str:
        return self.ready.link

    async def events(self) -> AsyncIterator[console.HostEvent]:
        """Yield every event from now until the host has stopped; state descriptions left out."""
        with self.hub.listen() as listener:
            async for event in listener:
                if not isinstance(event, console.HostDescribed):
                    yield event

    def command(self, command: console.AnyHostCommand) -> None:
        """Do what the person at the host decided.

        Raises:
            CommandRefused: the state or a flag does not allow it.
        """
        match command:
            case console.Stop():
                self.request_stop()
            case console.RecordingStart():
                path = default_path(wall_s()) if command.path is None else Path(command.path)
                self._spawn(self._start_recording(path), "start-recording")
            case console.RecordingStop():
                self._spawn(self._recordings.stop(), "stop-recording")
            case console.WindowList():
                self._windows.list()
            case _:
                self._conductor.command(command)

    def pause(self) -> None:
        """Show nothing and take no input until ``resume``; raises CommandRefused when paused already."""
        self.command(console.SharePause())

    def resume(self) -> None:
        """Go on sharing; raises CommandRefused when not paused."""
        self.command(console.ShareResume())

    def request_stop(self) -> None:
        """Let ``wait_stopped`` return; whoever runs the host then stops it."""
        self._stopped.set()

    async def wait_stopped(self) -> None:
        """Return when somebody asked for the end, or the screen was lost (``failure`` says so)."""
        await self._stopped.wait()

    # --- start -----------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Bring everything up; raises ScreenshareError with nothing left behind."""
        self._stack.callback(sys.setswitchinterval, sys.getswitchinterval())
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        try:
            await self._start()
        except BaseException:
            for task in self._tasks:
                task.cancel()
            await self._stack.aclose()
            raise

    async def _start(self) -> None:
        if self.config.audit is not None:
            self._write_down(self.config.audit)
        pages = await asyncio.to_thread(Pages)
        display = await self._open_display()
        open_source = partial(capture.open_source, display, hidden=self.config.hide, only=self.config.window)
        monitors = await asyncio.to_thread(capture.list_monitors, display)
        listening = self._bind()
        source = await asyncio.to_thread(open_source, _choose(monitors, self.config))
        self._build(source, open_source, display, pages)
        if self.config.record is not None:
            await self._recordings.start(self.config.record)
            self._stack.push_async_callback(self._recordings.stop)
        serving = await server.serve(
            server.make_app(self._conductor, pages=pages, extra_routes=self._console.routes()), listening
        )
        self._stack.push_async_callback(serving.stop)
        self._ready = self._describe_start(listening, display)
        self._announce_start()
        if self._line is not None:
            self._start_line(self._line)
        self._start_sign(display)

    def _write_down(self, path: Path) -> None:
        loop = asyncio.get_running_loop()
        self.witness = Witness(path, warn=lambda error: tell(loop, self._warn_of, error))
        self.hub.witness = self.witness.note
        # Pushed first, so closed last: it hears the end of the share too.
        self._stack.push_async_callback(asyncio.to_thread, self.witness.close)

    async def _open_display(self) -> str | None:
        """Return the display to share; None stands for this session's own (Windows, macOS)."""
        config = self.config
        if config.virtual is None:
            if sys.platform != "linux":
                return None
            display = config.display or os.environ.get("DISPLAY")
            if display:
                return display
        desktop = VirtualDesktop(str(config.virtual or DEFAULT_DESKTOP))
        self._stack.push_async_callback(desktop.stop)
        display = await desktop.start()
        self._has_own_desktop = True
        if config.virtual is None:
            self._warn(
                "virtual-desktop",
                f"There is no display here, so a virtual desktop of {DEFAULT_DESKTOP} is shared instead.",
                "start in a graphical session, or name one with --display",
            )
        return display

    def _bind(self) -> list[socket.socket]:
        listen = self.config.listen
        main = server.bind(listen.address, listen.port)
        self._stack.callback(main.close)
        port = main.getsockname()[1]
        if listen.is_wildcard or links.is_loopback(listen.address):
            return [main]
        try:
            # The console speaks to this very machine alone, so it needs an address there.
            local = server.bind("127.0.0.1", port)
        except ScreenshareError as error:
            self._warn("no-console", f"The host console cannot be opened: {error}", error.hint)
            return [main]
        self._stack.callback(local.close)
        return [main, local]

    def _build(
        self,
        source: ScreenSource,
        open_source: Callable[[Monitor], ScreenSource],
        display: str | None,
        pages: Pages,
    ) -> None:
        config, door = self.config, Door(takes_asking=self.config.ask_me)
        door.invitations.make_standing(monotonic_s(), for_s=config.expires_s, uses=config.uses)
        self._screens = Screens(
            source,
            open_source,
            max_fps=config.max_fps,
            callbacks=ScreenCallbacks(
                changed=self._screens_changed,
                warned=lambda warning: self._warn(warning.code, warning.message, warning.hint),
                lost=self._fail,
            ),
        )
        self._windows = Windows(display, seen=self._windows_seen, listed=self._windows_listed)
        self._stack.push_async_callback(self._windows.stop)
        self._desk = InputDesk(
            lambda: open_injector(display), lambda: self._screens.monitors, on_failed=self._input_failed
        )
        own = None
        if config.turn_secret is not None:
            own = Relay(config.turn_urls, TurnSecret(config.turn_secret))
        self._paths = paths = Paths(config.ice, own, room=door.room, warn=self._warn)
        session = Session(
            host=config.name,
            room=door.room,
            policy=Policy(allow=config.allow, ask=config.ask, with_view=config.with_view, deny=config.deny),
            shown=Shown(
                {screen.monitor: screen for screen in self._list_screens()},
                self._screens.showing,
                self._list_choices(),
            ),
            started_at=monotonic_s(),
            new_token=lambda: secrets.token_urlsafe(24),
            max_viewers=config.max_viewers,
            ice_for=paths.servers_for,
            relay_only=config.relay_only,
            clipboard=ClipboardRule(config.clipboard, config.clipboard_limit),
        )
        self._clips = Clips(
            lambda: open_clipboard(display, limit_bytes=config.clipboard_limit),
            limit_bytes=config.clipboard_limit,
            tell=lambda event: self._conductor.tell(event),
            on_lost=self._clipboard_lost,
        )
        self._viewing = Viewing(
            self._screens,
            session,
            mode=config.quality,
            on_cursor_shape=lambda shaped: self._conductor.tell(happened.CursorChanged(shaped)),
        )
        self._conductor = Conductor(
            session,
            door,
            viewing=self._viewing,
            clips=self._clips,
            desk=self._desk,
            paths=paths,
            hub=self.hub,
            link_of=self._link_of,
            on_changed=self._changed,
        )
        if config.server is not None:
            self._line = Line(
                config.server,
                self._conductor,
                token=door.token,
                rooms=door.rooms,
                callbacks=LineCallbacks(
                    up=self._server_reached,
                    lost=self._server_lost,
                    refused=self._room_refused,
                    lent=paths.lend,
                ),
            )
        self._screens.start()
        self._stack.push_async_callback(self._screens.stop)
        self._recordings = Recordings(
            self._screens.room, on_stopped=self._recording_ended, on_warning=self._report
        )
        self._screens.on_showing = self._show_screen
        self._console = Console(
            pages=pages,
            hub=self.hub,
            command=self.command,
            describe=self._describe_state,
            preview=Preview(open_source, self._previewed),
        )
        self._stack.push_async_callback(self._console.close)
        self._hand = HandDesk(
            lambda: open_hand_watch(display, config.panic_key),
            on_hand=lambda: self._conductor.tell(happened.HandMoved()),
            on_panic=lambda: self._conductor.tell(happened.Panicked()),
            on_blind=self._hand_unseen,
        )
        self._hand.start()
        self._stack.push_async_callback(asyncio.to_thread, self._hand.close)
        self._desk.start()
        self._stack.push_async_callback(asyncio.to_thread, self._desk.close)
        if config.clipboard != "off" and Capability.CLIPBOARD in session.policy.grantable():
            self._clips.start()
            self._stack.push_async_callback(asyncio.to_thread, self._clips.close)
        self._spawn(self._describe_regularly(), "describe")
        self._spawn(paths.run(), "paths")

    def _describe_start(self, listening: list[socket.socket], display: str | None) -> console.Ready:
        port = listening[0].getsockname()[1]
        self._lan_origin = links.origin(links.reachable_address(self.config.listen), port)
        self._origin = self.config.server or self._lan_origin
        door = self._conductor.door
        return console.Ready(
            link=self._link_of(door.invitations.known["link"]),
            view_link=self._link_of(door.invitations.known["view-link"]),
            console=f"{links.origin(_console_address(self.config.listen), port)}/console"
            f"#t={self._console.door.first_token}",
            code=str(door.code),
            room=door.room,
            display=display,
            monitors=self._describe_monitors(),
            lan_link=self._lan_link(),
            ask_link=self._ask_link(),
        )

    def _ask_link(self) -> str:
        """Return where people in this network ask who have no link, if they may."""
        return f"{self._lan_origin}/j/{ASK_ROOM}" if self.config.ask_me else ""

    def _link_of(self, invitation: Invitation) -> str:
        return links.invitation(self._origin, self._conductor.door.room, invitation.secret)

    def _lan_link(self) -> str:
        """Return the link that leads here without the server, where the others lead through one."""
        door = self._conductor.door
        invitation = door.invitations.known.get("link")
        if self._line is None or invitation is None or not invitation.is_open(monotonic_s()):
            return ""
        return links.invitation(self._lan_origin, door.room, invitation.secret)

    def _describe_invitations(self, now: float) -> dict[str, console.InvitationDescription]:
        """Return the links by which somebody new may come, by their names."""
        return {
            each.id: console.InvitationDescription(
                id=each.id,
                link=self._link_of(each),
                allows="control" if each.kind is Secret.LINK else "view",
                expires_s=None if each.expires_at is None else each.expires_at - now,
                uses_left=each.uses_left,
            )
            for each in self._conductor.door.invitations.open(now)
        }

    def _describe_monitors(self) -> list[console.MonitorDescription]:
        return [
            console.MonitorDescription(
                id=m.id,
                name=m.name,
                x=m.region.x,
                y=m.region.y,
                width=m.region.width,
                height=m.region.height,
                is_primary=m.is_primary,
            )
            for m in self._screens.monitors.values()
            if m.kind != "all"
        ]

    def _list_screens(self) -> tuple[messages.Screen, ...]:
        """Return all that can be shown, the primary monitor first: it takes the place of one that is gone."""
        monitors = sorted(self._screens.monitors.values(), key=lambda monitor: not monitor.is_primary)
        return tuple(
            messages.Screen(monitor=m.id, name=m.name, width=m.region.width, height=m.region.height)
            for m in monitors
        )

    def _list_choices(self) -> tuple[messages.MonitorDescribed, ...]:
        """Return what viewers may choose from: nothing where the host named what is to be seen."""
        if self.config.monitor not in (None, ALL_MONITORS):
            return ()
        return tuple(
            messages.MonitorDescribed(
                id=m.id,
                name=m.name,
                width=m.region.width,
                height=m.region.height,
                is_primary=m.is_primary,
            )
            for m in self._screens.monitors.values()
            if m.kind == "monitor"
        )

    def _announce_start(self) -> None:
        self.hub.publish(self.ready)
        for early in self._early_warnings:
            self.hub.publish(early)
        if self.config.record is not None:
            self._recording_began(self.config.record)
        self._publish_state()

    def _start_sign(self, display: str | None) -> None:
        """Show who sits before the screen that he is watched; before a virtual desktop nobody sits."""
        if self.config.sign == "off" or self._has_own_desktop:
            return
        attendant = Attendant(
            sign_makers(self.config.sign, display), command=self.command, on_unseen=self._no_sign
        )
        sign = asyncio.get_running_loop().create_task(self._attend(attendant), name="sign")
        self._stack.push_async_callback(_end, sign)

    async def _attend(self, attendant: Attendant) -> None:
        with self.hub.listen() as listener:
            listener.put(self._describe_state())
            await attendant.run(listener)

    def _no_sign(self, reasons: Sequence[SignUnavailable]) -> None:
        why = f": {reasons[-1]}" if reasons else ""
        self._warn(
            "no-sign",
            f"This desktop cannot show that somebody watches{why}",
            next((reason.hint for reason in reasons if reason.hint), "the terminal and the console tell it"),
        )

    # --- stop ------------------------------------------------------------------------------------------

    async def stop(self) -> None:
        """Tell viewers, finish the recording, let everything go; nothing keeps running."""
        if self._is_stopping:
            return
        self._is_stopping = True
        self._conductor.tell(happened.ShareEnds(self._end_reason))
        await self._quietly(self._recordings.stop())
        await self._quietly(self._conductor.close())
        if self._line is not None:
            await self._quietly(self._line.finish())
        for task in self._tasks:
            task.cancel()
        # Before the server goes: the console page hears it too.
        self.hub.publish(console.Stopped(reason=self._end_reason))
        self.hub.end()
        await self._stack.aclose()

    async def _quietly(self, step: Awaitable[None]) -> None:
        """Carry out one step of stopping; the steps after it must come whatever it does."""
        try:
            await step
        except (ScreenshareError, TimeoutError, OSError) as error:
            log.warning("while stopping: %s", error)

    def _fail(self, error: BackendError) -> None:
        """The screen is gone: nothing can be shared any more."""
        self.failure = error
        self._end_reason = "capture-lost"
        self._report(error)
        self._stopped.set()

    # --- what happens meanwhile --------------------------------------------------------------------------

    def _changed(self) -> None:
        if self._line is not None:
            self._line.update()  # there may be another spoken code, and so another room
        self._publish_state()

    def _start_line(self, line_out: Line) -> None:
        if links.is_in_the_open(self._origin):
            self._warn(
                "server-in-the-open",
                "The way to the server is not encrypted: who is on it sees who meets whom, "
                "and viewers get no microphone there.",
                "give --server the https:// address",
            )
        self._spawn(line_out.run(), "line")

    def _server_reached(self) -> None:
        self._spawn(self._announce_server(), "announce-server")

    async def _announce_server(self) -> None:
        # The server may just have lent a relay, and who comes now needs to get the way to it that works.
        await self._paths.settled()
        self.hub.publish(console.ServerReached(url=self._origin))
        self._publish_state()

    def _server_lost(self, problem: LineLost) -> None:
        self._warn(
            "server-lost",
            f"New viewers cannot come in by the link now, who is here stays: {problem}.",
            "nothing needs to be done, it is tried again all the time",
        )
        self._publish_state()

    def _room_refused(self, room: str, reason: line.RoomRefusal) -> None:
        if room == self._conductor.door.room:
            self._link_refused(reason)
        elif reason == "taken" and self._codes_refused < MOST_CODES_TRIED:
            self._codes_refused += 1
            self.command(console.CodeRenew())
        elif not self._has_told_of_codes:
            self._has_told_of_codes = True
            self._warn(
                "no-code-there",
                "The spoken code works in this network alone: the server has none to spare.",
                "let viewers elsewhere come by the link",
            )

    def _link_refused(self, reason: line.RoomRefusal) -> None:
        if not self._has_told_of_link:
            self._has_told_of_link = True
            self._warn("server-refused", f"The server does not take the link: {reason}.", "it is asked again")

    def _windows_seen(self, windows: tuple[Window, ...]) -> None:
        self._conductor.tell(happened.WindowsSeen(windows))

    def _windows_listed(self, windows: tuple[Window, ...]) -> None:
        described = [console.WindowDescription(id=window.id, title=window.title) for window in windows]
        self.hub.publish(console.WindowsListed(windows=described))

    def _screens_changed(self) -> None:
        self._conductor.tell(happened.ScreensChanged(self._list_screens(), self._list_choices()))

    def _show_screen(self, room: MediaRoom) -> None:
        """The host shows another screen: a recording goes on with it."""
        self._recordings.move(room)
        self._viewing.release_rooms()

    def _input_failed(self, error: BackendError) -> None:
        self._report(error)
        self._conductor.tell(happened.InputFailed())

    def _clipboard_lost(self, error: BackendError) -> None:
        self._conductor.tell(happened.ClipboardLost())
        self._warn("no-clipboard", f"The clipboard is not shared: {error}", error.hint)

    def _hand_unseen(self, error: BackendError) -> None:
        self._warn(
            "no-hand",
            f"Your own hand is not told apart from a viewer's: {error}",
            error.hint or "take control back in the terminal or the console",
        )

    async def _start_recording(self, path: Path) -> None:
        try:
            await self._recordings.start(path)
        except ScreenshareError as error:
            self._report(error)
            return
        self._recording_began(path)

    def _recording_began(self, path: Path) -> None:
        self.hub.publish(console.RecordingStarted(path=str(path)))
        self._conductor.tell(happened.RecordingChanged(since=monotonic_s()))

    def _recording_ended(self, result: RecordingResult) -> None:
        for file in result.files:
            self.hub.publish(
                console.RecordingStopped(path=str(file.path), duration_s=file.duration_s, bytes=file.bytes)
            )
        self._conductor.tell(happened.RecordingChanged(since=None))

    def _report(self, error: ScreenshareError) -> None:
        self.hub.publish(console.Failed(code=error.code, message=str(error), hint=error.hint))

    def _warn_of(self, error: ScreenshareError) -> None:
        self._warn(error.code, f"{error}.", error.hint or "")

    def _warn(self, code: str, message: str, hint: str) -> None:
        warning = console.Warned(code=code, message=message, hint=hint)
        if self._ready is None:  # ``ready`` is the first event
            self._early_warnings.append(warning)
        else:
            self.hub.publish(warning)

    async def _describe_regularly(self) -> None:
        """Let figures and countdowns move for whoever looks at them; see how busy this computer is."""
        while True:
            await asyncio.sleep(DESCRIBE_INTERVAL_S)
            self._note_load()
            self._publish_state()
            if self._conductor.session.control.scope.window is not None:
                self._windows.look()
            await self._tidy_memory()

    async def _tidy_memory(self) -> None:
        """Give back what frames have left behind, where there have been any; a still screen costs nothing."""
        self._has_encoded |= self._screens.room.figures().fps > 0
        if self._has_encoded and monotonic_s() >= self._tidied_at + TIDY_INTERVAL_S:
            self._has_encoded, self._tidied_at = False, monotonic_s()
            await asyncio.to_thread(give_back)

    def _note_load(self) -> None:
        load = self._load
        if not load.sample(loop_cpu_s=thread_cpu_s(), process_cpu_s=process_cpu_s(), now=monotonic_s()):
            return
        self._conductor.tell(happened.LoadChanged(load.is_full))
        if load.is_full:
            self._warn(
                "full",
                "This computer carries no more viewers: newcomers are turned away until there is room.",
                "let viewers choose the quality “saver”, or lower --max-fps",
            )

    def _previewed(self) -> Monitor | None:
        """Return what is shown to whoever has not chosen; None while sharing is paused."""
        shown = self._screens.monitors.get(self._screens.showing)
        return None if self._conductor.session.is_paused else shown

    def _publish_state(self) -> None:
        if self._ready is not None and self.hub.is_heard:
            self.hub.publish(self._describe_state())

    def _describe_state(self) -> console.HostDescribed:
        now = monotonic_s()
        session, code = self._conductor.session, self._conductor.door.code
        invitations = self._describe_invitations(now)
        link, view_link = (invitations[id_].link if id_ in invitations else "" for id_ in STANDING)
        figures = self._screens.room.figures()
        screen = session.shown.screen
        return console.HostDescribed(
            name=session.host,
            origin=self._origin,
            link=link,
            view_link=view_link,
            link_qr=links.qr_text(link),
            view_link_qr=links.qr_text(view_link),
            invitations=list(invitations.values()),
            code=None if code is None else str(code),
            code_expires_s=None if code is None else max(0.0, code.expires_at - now),
            age_s=now - session.started_at,
            viewers=describe.for_host(session, now, self._viewing.paths()),
            media=console.MediaFigures(
                width=screen.width, height=screen.height, fps=figures.fps, kbps=figures.kbps
            ),
            available=sorted(AVAILABLE),
            recording=self._recordings.description,
            paused=session.is_paused,
            monitors=self._describe_monitors(),
            showing=screen.monitor,
            panic_key=self.config.panic_key,
            control_locked=session.turns.is_locked,
            server=self._describe_server(),
            lan_link=self._lan_link(),
            ask_link=self._ask_link(),
        )

    def _describe_server(self) -> console.ServerDescription | None:
        if self._line is None:
            return None
        return console.ServerDescription(url=self._origin, is_reached=self._line.is_up)

    def _spawn(self, coroutine: Coroutine[None, None, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(coroutine, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


def _choose(monitors: list[Monitor], config: HostConfig) -> Monitor:
    """Return what is to be shown first; without a word about it the primary monitor."""
    if config.region is not None:
        return _part(monitors, config.region)
    if config.monitor == ALL_MONITORS:
        return as_one(monitors) if len(monitors) > 1 else monitors[0]
    for monitor in monitors:
        if monitor.id == config.monitor or (config.monitor is None and monitor.is_primary):
            return monitor
    there = ", ".join(f"{m.id} ({m.name})" for m in monitors)
    raise CaptureUnavailable(f"there is no monitor {config.monitor}", hint=f"choose from {there}")


def _part(monitors: list[Monitor], region: Region) -> Monitor:
    canvas = as_one(monitors).region
    if region.intersection(canvas) != region:
        raise CaptureUnavailable(
            f"the region lies outside the display, which is {canvas.width}x{canvas.height}"
            f" from {canvas.x},{canvas.y}",
            hint="give it as X,Y,WIDTH,HEIGHT in pixels",
        )
    return part(region)


def _console_address(listen: ListenAddress) -> str:
    return listen.address if links.is_loopback(listen.address) else "127.0.0.1"
