"""What each viewer is shown: his frames, exact pixels, the host's pointer, and word of what he gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from screenshare.host.media_room import MediaRoom, Subscription
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
    """One viewer while his connection stands; ``frames`` are there once video may go out."""

    connection: Connection
    frames: Subscription | None = None
    is_up: bool = False


class Viewing:
    """The pictures' way from one media room to all viewers; one connection each."""

    def __init__(
        self,
        media: MediaRoom,
        session: Session,
        *,
        mode: QualityMode,
        on_cursor_shape: Callable[[messages.CursorShaped], None],
    ) -> None:
        self._media = media
        self._session = session
        self._mode = mode
        self._on_cursor_shape = on_cursor_shape
        self._viewers: dict[str, _Audience] = {}
        self._places = 0
        media.on_cursor = self._tell_cursor
        media.on_served = self._tell_video

    def meet(self, id_: str, connection: Connection) -> None:
        """Have ``connection`` for what viewer ``id_`` is shown."""
        self._viewers[id_] = _Audience(connection)

    def leave(self, id_: str) -> None:
        """Show viewer ``id_`` nothing more; allowed for one who is not here."""
        if self._viewers.pop(id_, None) is not None:
            self._media.unsubscribe(id_)

    def start(self, id_: str) -> None:
        """Let frames go out: the media path stands."""
        viewer = self._viewers[id_]
        viewer.frames = self._media.subscribe(
            id_, viewer.connection.wake_video, formats=viewer.connection.formats, mode=self._mode
        )
        self._tell_video(id_)

    def up(self, id_: str) -> None:
        """Say what can be said now that the viewer reads the session channel."""
        viewer = self._viewers[id_]
        viewer.is_up = True
        viewer.connection.send_cursor(self._place())
        self._tell_video(id_)

    def take_frame(self, id_: str) -> EncodedFrame | None:
        """Return the next frame for viewer ``id_``, or None while there is none."""
        viewer = self._viewers.get(id_)
        return viewer.frames.take() if viewer is not None and viewer.frames is not None else None

    def serve(self, effect: effects.SetQuality | effects.AcceptPicture | effects.PausePicture) -> None:
        """Give one viewer the picture that he can take and wants, or nobody any."""
        if isinstance(effect, effects.PausePicture):
            self._media.pause(effect.is_paused)
            return
        viewer = self._viewers.get(effect.id)
        if viewer is None:
            return
        if isinstance(effect, effects.SetQuality):
            self._media.choose_quality(effect.id, effect.mode, effect.max_kbps)
        else:
            self._media.accept_exact(effect.id, viewer.connection if effect.is_exact else None)

    def path_measured(self, id_: str, path: PathFigures) -> None:
        """Note what the path to viewer ``id_`` carries."""
        self._media.path_measured(id_, path)

    def drained(self) -> None:
        """Go on refining: a viewer has taken exact pixels."""
        self._media.exact_drained()

    def keyframe_wanted(self, id_: str) -> None:
        self._media.ask_keyframe(id_)

    def paths(self) -> dict[str, console.PathDescription]:
        """Return, by viewer, what goes out to him and how it arrives."""
        return {
            id_: console.PathDescription(
                format=viewer.frames.form.format.value,
                mode=viewer.frames.mode,
                kbps=round(self._media.figures_for(id_).kbps, 1),
                loss=viewer.frames.path.loss,
                rtt_ms=viewer.frames.path.rtt_ms,
                limit_kbps=viewer.frames.limit_kbps,
            )
            for id_, viewer in self._viewers.items()
            if viewer.frames is not None
        }

    # --- told to viewers -------------------------------------------------------------------------------

    def _tell_cursor(self, shaped: messages.CursorShaped | None) -> None:
        """Tell everybody where the host's pointer is now; the session tells its shape."""
        if shaped is not None:
            self._on_cursor_shape(shaped)
        self._places = (self._places + 1) % _SEQUENCES
        place = self._place()
        for viewer in self._viewers.values():
            viewer.connection.send_cursor(place)

    def _place(self) -> bytes:
        screen, at = self._session.screen, self._media.cursor_at
        if at is None:
            return pack_place(PointerPlace(seq=self._places, monitor=None))
        x, y = fraction16(at[0], screen.width), fraction16(at[1], screen.height)
        return pack_place(PointerPlace(seq=self._places, monitor=screen.monitor, x=x, y=y))

    def _tell_video(self, id_: str) -> None:
        """Tell a viewer what he gets, when both his channel and his video stand."""
        viewer = self._viewers.get(id_)
        if viewer is None or viewer.frames is None or not viewer.is_up:
            return
        frames, screen = viewer.frames, self._session.screen
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
