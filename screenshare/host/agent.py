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
from screenshare.clipboard.tally import Passed
from screenshare.clock import boot_id, monotonic_s, process_cpu_s, thread_cpu_s, wall_s
from screenshare.comeback import record as comeback
from screenshare.comeback.comeback import Comeback
from screenshare.comeback.file import AnotherRuns, NoComeback
from screenshare.config import HostConfig, ListenAddress
from screenshare.errors import (
    AddressInUse,
    BackendError,
    CaptureUnavailable,
    LocalProtocolError,
    ScreenshareError,
)
from screenshare.handover import tell
from screenshare.host import links
from screenshare.host.addresses import Addresses
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
from screenshare.host.receipts import Receipts
from screenshare.host.recordings import Recordings
from screenshare.host.remote_control import tell_of_control
from screenshare.host.screens import ScreenCallbacks, Screens
from screenshare.host.server_line import ServerLine
from screenshare.host.sign_ins import Doorplate
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
from screenshare.protocol import console, messages, signaling
from screenshare.recording.names import default_path, next_free
from screenshare.recording.recorder import RecordingResult
from screenshare.rendezvous import server
from screenshare.rendezvous.pages import Pages
from screenshare.rendezvous.turn import Relay, TurnSecret
from screenshare.session import describe
from screenshare.session import events as happened
from screenshare.session.clipboard import ClipboardRule
from screenshare.session.door import Door
from screenshare.session.effects import Announce, Effect
from screenshare.session.invitations import STANDING
from screenshare.session.kept import KeptShare
from screenshare.session.rights import Policy, Secret
from screenshare.session.session import Session
from screenshare.session.shown import Shown
from screenshare.unattended.hands import RemoteHands, hands_file
from screenshare.unattended.record import Record
from screenshare.unattended.vault import Vault

log = logging.getLogger(__name__)

DEFAULT_DESKTOP = "1280x720"
# Encoding threads hold the GIL for moments only; the loop should get it back as soon.
SWITCH_INTERVAL_S = 0.0005
DESCRIBE_INTERVAL_S = 1.0
TIDY_INTERVAL_S = 30.0


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
        # What comes of going on with it.
        self._taken_up: list[Effect] = []
        self._ready: console.Ready | None = None
        self._load = Load(os.cpu_count() or 1)
        self._has_encoded, self._tidied_at = False, float("-inf")
        self._early_warnings: list[console.Warned] = []
        self._has_own_desktop = False
        self._line: ServerLine | None = None
        self._comeback: Comeback | None = None
        # A share that was killed, and is gone on with.
        self._cut_off: comeback.Record | None = None
        self._vault = None if config.unattended is None else Vault(config.unattended, wall=wall_s)
        self.witness: Witness | None = None
        self._receipts = Receipts()
        self.hub.overhear(self._receipts.note)

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

    def command_on_screen(self, command: console.AnyHostCommand) -> None:
        """Do what was decided where a viewer who controls might decide too: console page, terminal.

        Raises:
            HandNeeded: one controls, it would give somebody more, and the host's own hand was not seen.
            CommandRefused: as ``command``.
        """
        # Nobody sits before a virtual desktop; the console is elsewhere.
        self.command(command, on_screen=not self._has_own_desktop)

    def command(self, command: console.AnyHostCommand, *, on_screen: bool = False) -> None:
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
            case console.ReceiptList():
                self.hub.publish(self._receipts.listed())
            case _:
                self._conductor.command(command, on_screen=on_screen)

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
        if self._vault is not None:
            hands = RemoteHands(hands_file(self._vault.path))
            telling = asyncio.create_task(self._tell_of_control(hands), name="remote-control")
            self._stack.push_async_callback(_end, telling)
        pages = await asyncio.to_thread(Pages)
        display = await self._open_display()
        open_source = partial(capture.open_source, display, hidden=self.config.hide, only=self.config.window)
        monitors = await asyncio.to_thread(capture.list_monitors, display)
        await self._hold_comeback(display)
        listening = self._bind()
        source = await asyncio.to_thread(open_source, _choose(monitors, self.config))
        self._build(source, open_source, display, pages)
        await self._show_address()
        # Before anything is grabbed: a share that was paused shows nothing. It is told behind ``ready``.
        self._conductor.carry_out([effect for effect in self._taken_up if not isinstance(effect, Announce)])
        record = await self._file_to_record()
        if record is not None:
            await self._recordings.start(record)
        self._stack.push_async_callback(self._recordings.stop)
        serving = await server.serve(
            server.make_app(self._conductor, pages=pages, extra_routes=self._console.routes()), listening
        )
        self._stack.push_async_callback(serving.stop)
        self._ready = self._describe_start(listening, display)
        self._announce_start()
        if self._line is not None:
            self._spawn(self._line.run(), "line")
        self._start_sign(display)

    async def _hold_comeback(self, display: str | None) -> None:
        """Hold what brings this share back, and see whether there is one to go on with."""
        folder, boot = self.config.comeback, await asyncio.to_thread(boot_id)
        if folder is None or boot is None:
            return
        name = comeback.name_of(self.config, None if self._has_own_desktop else display)
        held = Comeback(folder, name, boot=boot, failed=self._warn_of)
        try:
            self._cut_off = await held.begin(is_fresh=self.config.fresh)
        except AnotherRuns as error:
            log.info("this share does not come back if it is killed: %s", error)
            return
        except NoComeback as error:
            self._warn(error.code, f"This share does not come back if it is killed: {error}.", error.hint)
            return
        self._comeback = held
        self._stack.push_async_callback(held.release)

    async def _file_to_record(self) -> Path | None:
        """Return where to record from the start; what was cut off goes on beside what there is of it."""
        if self._cut_off is None:
            return self.config.record
        cut_off = self._cut_off.share.recording
        return None if cut_off is None else await asyncio.to_thread(next_free, Path(cut_off))

    def _write_down(self, path: Path) -> None:
        loop = asyncio.get_running_loop()
        self.witness = Witness(path, warn=lambda error: tell(loop, self._warn_of, error))
        self.hub.overhear(self.witness.note)
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
        main = self._bind_as_before(listen) or server.bind(listen.address, listen.port)
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

    def _bind_as_before(self, listen: ListenAddress) -> socket.socket | None:
        """Listen where the share that is gone on with did, if any port will do and that one is free."""
        if self._cut_off is None or listen.port:
            return None
        try:
            return server.bind(listen.address, self._cut_off.port)
        except AddressInUse as error:
            self._warn("other-port", f"Links that lead to this computer itself have changed: {error}.", "")
            return None

    def _build(
        self,
        source: ScreenSource,
        open_source: Callable[[Monitor], ScreenSource],
        display: str | None,
        pages: Pages,
    ) -> None:
        config, door = self.config, Door(takes_asking=self.config.ask_me)
        self._addresses = Addresses(door, config.server)
        if self._cut_off is not None:
            door.take_up(self._cut_off.share.door)
        else:
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
        if self._cut_off is not None:
            self._taken_up = session.take_up(self._cut_off.share.session, monotonic_s())
        self._clips = Clips(
            lambda: open_clipboard(display, limit_bytes=config.clipboard_limit),
            limit_bytes=config.clipboard_limit,
            tell=lambda event: self._conductor.tell(event),
            on_passed=self._clip_passed,
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
            vault=self._vault,
            link_of=self._addresses.link_of,
            on_changed=self._changed,
            on_missed=self._viewer_missed,
        )
        if config.server is not None:
            self._line = ServerLine(
                config.server,
                self._conductor,
                door,
                paths=paths,
                publish=self.hub.publish,
                changed=self._publish_state,
                renew_code=self._conductor.renew_code,
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
            command=self.command_on_screen,
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

    async def _show_address(self) -> None:
        """Let people sign in by what the file says, now and whenever it changes."""
        if self._vault is None:
            return
        plate = Doorplate(
            self._vault,
            self._conductor.door,
            origin=lambda: self._addresses.origin,
            looked=self._sign_in_seen,
        )
        await plate.look()
        keeping = asyncio.create_task(plate.run(), name="doorplate")
        self._stack.push_async_callback(_end, keeping)

    def _sign_in_seen(self, record: Record, is_news: bool) -> None:
        devices = frozenset(device.id for device in record.devices)
        # A browser that was remembered and revoked since the last look is news to whoever is in by it.
        self._conductor.tell(happened.SignInSeen(record.is_on, devices))
        if is_news and self._ready is not None:
            self.hub.publish(console.UnattendedChanged(is_on=record.is_on, devices=len(devices)))
            self._changed()

    def _describe_start(self, listening: list[socket.socket], display: str | None) -> console.Ready:
        port = self._port = listening[0].getsockname()[1]
        addresses, door = self._addresses, self._conductor.door
        addresses.nearby = links.origin(links.reachable_address(self.config.listen), port)
        return console.Ready(
            link=addresses.link_of(door.invitations.known["link"]),
            view_link=addresses.link_of(door.invitations.known["view-link"]),
            console=f"{links.origin(_console_address(self.config.listen), port)}/console"
            f"#t={self._console.door.first_token}",
            code=str(door.code),
            room=door.room,
            display=display,
            monitors=self._describe_monitors(),
            lan_link=addresses.lan_link(),
            ask_link=addresses.ask_link(),
            unattended_link=addresses.unattended_link(),
        )

    def _describe_invitations(self, now: float) -> dict[str, console.InvitationDescription]:
        """Return the links by which somebody new may come, by their names."""
        return {
            each.id: console.InvitationDescription(
                id=each.id,
                link=self._addresses.link_of(each),
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
        if self._cut_off is not None:
            self._tell_of_comeback(self._cut_off)
        self._conductor.carry_out([effect for effect in self._taken_up if isinstance(effect, Announce)])
        if (recording := self._recordings.description) is not None:
            self._recording_began(Path(recording.path))
        if self._comeback is not None:
            self._comeback.start()
        self._changed()

    def _tell_of_comeback(self, cut_off: comeback.Record) -> None:
        viewers = len(cut_off.share.session.participants)
        age_s = monotonic_s() - cut_off.alive_at
        may = "1 viewer" if viewers == 1 else f"{viewers} viewers"
        self._warn(
            "taken-up",
            f"This share goes on: its process was killed, {age_s:.0f} s ago at most."
            f" Its links are good as before, and {may} may come back without asking.",
            "--fresh begins a new one",
        )

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

    async def _tell_of_control(self, hands: RemoteHands) -> None:
        try:
            with self.hub.listen() as listener:
                await tell_of_control(listener, hands)
        except OSError as exc:
            self._warn(
                "remote-control-untold",
                f"Unattended access can be switched on while a viewer controls: {exc.strerror}.",
                "make room in the user's state folder, and start again",
            )

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
        if self._comeback is not None:
            await self._quietly(self._comeback.forget())
        await self._quietly(self._recordings.stop())
        await self._quietly(self._conductor.close())
        if self._line is not None:
            await self._quietly(self._line.finish())
        for task in self._tasks:
            task.cancel()
        # Before the server goes: the console page hears it too.
        self.hub.publish(self._receipts.listed())
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
        self._keep()
        self._publish_state()

    def _keep(self) -> None:
        """Have this share brought back as it is now, if it is killed."""
        if self._comeback is not None and self._ready is not None:
            recording = self._recordings.description
            share = KeptShare(
                door=self._conductor.door.kept(),
                session=self._conductor.session.kept(),
                recording=None if recording is None else recording.path,
            )
            self._comeback.keep(share, self._port)

    def _viewer_missed(self) -> None:
        """He comes back by the server, and what cut him off may have cut that line too."""
        if self._line is not None:
            self._line.hurry()

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

    def _clip_passed(self, passed: Passed) -> None:
        self.hub.publish(
            console.ClipPassed(
                id=passed.viewer, toward=passed.toward, times=passed.times, bytes=dict(passed.sizes)
            )
        )

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
            self._keep()
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
            origin=self._addresses.origin,
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
            server=None if self._line is None else self._line.describe(),
            lan_link=self._addresses.lan_link(),
            ask_link=self._addresses.ask_link(),
            unattended_link=self._addresses.unattended_link(),
        )

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
