"""What each viewer is shown: his frames, exact pixels, the host's pointer, and word of what he gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from screenshare.host.media_room import MediaRoom, Subscription
from screenshare.host.screens import Screens
from screenshare.media import EncodedFrame, PathFigures, VideoFormat
from screenshare.peer.connection import Connection
from screenshare.protocol import console, messages
from screenshare.protocol.decode import encode
from screenshare.protocol.fields import QualityMode
from screenshare.protocol.pointer import PointerPlace, fraction16, pack_place
from screenshare.session import effects
from screenshare.session.session import Session

_CHROMA: Final[Mapping[VideoFormat, messages.Chroma]] = {
    VideoFormat.H264: "4:2:0",
    VideoFormat.H264_444: "4:4:4",
    VideoFormat.VP8: "4:2:0",
}
_SEQUENCES: Final = 2**32


@dataclass(slots=True)
class _Audience:
    """One viewer while his connection stands.

    ``room`` and ``frames`` are there once video may go out; the rest goes with him to another room.
    """

    connection: Connection
    mode: QualityMode
    cap_kbps: int | None = None
    takes_exact: bool = False
    room: MediaRoom | None = None
    frames: Subscription | None = None
    is_ready: bool = False  # the media path stands
    is_up: bool = False  # he reads the session channel


class Viewing:
    """The pictures' way from the rooms of all screens to all viewers; one connection each."""

    def __init__(
        self,
        screens: Screens,
        session: Session,
        *,
        mode: QualityMode,
        on_cursor_shape: Callable[[messages.CursorShaped], None],
    ) -> None:
        self._screens = screens
        self._session = session
        self._mode = mode
        self._on_cursor_shape = on_cursor_shape
        self._viewers: dict[str, _Audience] = {}
        self._places = 0
        screens.on_opened = self._meet_room

    def meet(self, id_: str, connection: Connection) -> None:
        """Have ``connection`` for what viewer ``id_`` is shown."""
        self._viewers[id_] = _Audience(connection, self._mode)

    def leave(self, id_: str) -> None:
        """Show viewer ``id_`` nothing more; allowed for one who is not here."""
        viewer = self._viewers.pop(id_, None)
        if viewer is not None and viewer.room is not None:
            viewer.room.unsubscribe(id_)
            self.release_rooms()

    def start(self, id_: str) -> None:
        """Let frames go out: the media path stands."""
        self._viewers[id_].is_ready = True
        self._watch(id_)

    def up(self, id_: str) -> None:
        """Say what can be said now that the viewer reads the session channel."""
        viewer = self._viewers[id_]
        viewer.is_up = True
        self._tell_place(id_)
        self._tell_video(id_)

    def take_frame(self, id_: str) -> EncodedFrame | None:
        """Return the next frame for viewer ``id_``, or None while there is none."""
        viewer = self._viewers.get(id_)
        return viewer.frames.take() if viewer is not None and viewer.frames is not None else None

    def serve(
        self,
        effect: effects.SetQuality
        | effects.AcceptPicture
        | effects.PausePicture
        | effects.RefreshPicture
        | effects.ShowScreen,
    ) -> None:
        """Give one viewer the picture that he can take and wants, or nobody any."""
        match effect:
            case effects.PausePicture(is_paused):
                self._screens.pause(is_paused)
            case effects.RefreshPicture(id_) if id_ in self._viewers:
                self.keyframe_wanted(id_)
            case effects.ShowScreen(None, monitor):
                self._screens.show(monitor)
            case effects.ShowScreen(id_) if id_ is not None:
                self._watch(id_)
            case effects.SetQuality(id_, mode, max_kbps) if (viewer := self._viewers.get(id_)) is not None:
                viewer.mode, viewer.cap_kbps = mode, max_kbps
                if viewer.room is not None:
                    viewer.room.choose_quality(id_, mode, max_kbps)
            case effects.AcceptPicture(id_, is_exact) if (viewer := self._viewers.get(id_)) is not None:
                viewer.takes_exact = is_exact
                if viewer.room is not None:
                    viewer.room.accept_exact(id_, viewer.connection if is_exact else None)

    def path_measured(self, id_: str, path: PathFigures) -> None:
        """Note what the path to viewer ``id_`` carries."""
        if (room := self._viewers[id_].room) is not None:
            room.path_measured(id_, path)

    def drained(self, id_: str) -> None:
        """Go on refining: viewer ``id_`` has taken exact pixels."""
        viewer = self._viewers.get(id_)
        if viewer is not None and viewer.room is not None:
            viewer.room.exact_drained()

    def keyframe_wanted(self, id_: str) -> None:
        if (room := self._viewers[id_].room) is not None:
            room.ask_keyframe(id_)

    def paths(self) -> dict[str, console.PathDescription]:
        """Return, by viewer, what goes out to him and how it arrives."""
        return {
            id_: console.PathDescription(
                format=viewer.frames.form.format.value,
                mode=viewer.frames.mode,
                kbps=round(viewer.room.figures_for(id_).kbps, 1),
                loss=viewer.frames.path.loss,
                rtt_ms=viewer.frames.path.rtt_ms,
                limit_kbps=viewer.frames.limit_kbps,
                way=viewer.connection.way,
            )
            for id_, viewer in self._viewers.items()
            if viewer.frames is not None and viewer.room is not None
        }

    # --- from one room to another ------------------------------------------------------------------------

    def _watch(self, id_: str) -> None:
        """Bring viewer ``id_`` to the room of the screen that he watches now, as soon as it is open."""
        viewer, participant = self._viewers.get(id_), self._session.participants.get(id_)
        if viewer is None or participant is None or not viewer.is_ready:
            return
        monitor = self._session.watched_by(participant).monitor
        room = self._screens.opened(monitor)
        if room is None:
            self._screens.want(monitor, lambda: self._watch(id_))
        elif room is not viewer.room:
            self._enter(id_, viewer, room)

    def _enter(self, id_: str, viewer: _Audience, room: MediaRoom) -> None:
        path = viewer.frames.path if viewer.frames is not None else PathFigures()
        if viewer.room is not None:
            viewer.room.unsubscribe(id_)
        connection = viewer.connection
        viewer.room = room
        viewer.frames = room.subscribe(
            id_, connection.wake_video, formats=connection.formats, mode=viewer.mode
        )
        room.path_measured(id_, path)
        room.choose_quality(id_, viewer.mode, viewer.cap_kbps)
        room.accept_exact(id_, connection if viewer.takes_exact else None)
        self._tell_place(id_)
        self.release_rooms()

    def release_rooms(self) -> None:
        """Close the rooms that nobody watches any more and the host does not show."""
        self._screens.release([viewer.room for viewer in self._viewers.values() if viewer.room is not None])

    def _meet_room(self, room: MediaRoom) -> None:
        room.on_cursor = lambda shaped: self._tell_cursor(room, shaped)
        room.on_served = self._tell_video

    # --- told to viewers -------------------------------------------------------------------------------

    def _tell_cursor(self, room: MediaRoom, shaped: messages.CursorShaped | None) -> None:
        """Tell whoever watches where the host's pointer is now; the session tells its shape."""
        if shaped is not None:
            self._on_cursor_shape(shaped)
        self._places = (self._places + 1) % _SEQUENCES
        for id_, viewer in self._viewers.items():
            if viewer.room is room:
                self._tell_place(id_)

    def _tell_place(self, id_: str) -> None:
        viewer, screen = self._viewers[id_], self._screen_of(id_)
        at = None if viewer.room is None else viewer.room.cursor_at
        place = PointerPlace(seq=self._places, monitor=None)
        if at is not None and screen is not None:
            x, y = fraction16(at[0], screen.width), fraction16(at[1], screen.height)
            place = PointerPlace(seq=self._places, monitor=screen.monitor, x=x, y=y)
        viewer.connection.send_cursor(pack_place(place))

    def _screen_of(self, id_: str) -> messages.Screen | None:
        participant = self._session.participants.get(id_)
        return None if participant is None else self._session.watched_by(participant)

    def _tell_video(self, id_: str) -> None:
        """Tell a viewer what he gets, when both his channel and his video stand."""
        viewer, screen = self._viewers.get(id_), self._screen_of(id_)
        if viewer is None or viewer.frames is None or not viewer.is_up or screen is None:
            return
        frames = viewer.frames
        described = messages.VideoDescribed(
            format=frames.form.format.value,
            chroma="exact" if frames.is_exact else _CHROMA[frames.form.format],
            width=screen.width,
            height=screen.height,
            mode=frames.mode,
            limit=frames.limit,
            limit_kbps=frames.limit_kbps,
        )
        viewer.connection.send(encode(described))
