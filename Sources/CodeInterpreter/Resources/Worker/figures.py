"""Figures of matplotlib, as PNG. It is also the backend that matplotlib draws with: `plt.show()` comes here."""

import io
import os
import sys

PLACE = "/tmp/.figures"
LARGEST_SIDE = 4000

#: Set by the session.
show = None


def opened():
    pyplot = sys.modules.get("matplotlib.pyplot")
    return [pyplot.figure(number) for number in pyplot.get_fignums()] if pyplot else []


def close(figure):
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot:
        pyplot.close(figure)


def close_first():
    """Whether there was one."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    try:
        numbers = pyplot.get_fignums() if pyplot else []
        if numbers:
            pyplot.close(numbers[0])
        return bool(numbers)
    except BaseException:
        return False


def png(figure):
    data = io.BytesIO()
    width, height = figure.get_size_inches()
    resolution = min(max(figure.dpi, 100), LARGEST_SIDE / max(width, height, 0.1))
    figure.savefig(data, format="png", dpi=resolution, bbox_inches="tight")
    return data.getvalue()


def picture(image):
    data = io.BytesIO()
    image.save(data, format="PNG")
    return data.getvalue()


def store(data, cell, number):
    """Puts a PNG where the server can read it, outside of the folder of the code's own files."""
    os.makedirs(PLACE, exist_ok=True)
    name = f"figure-{cell}-{number}.png"
    with open(f"{PLACE}/{name}", "wb") as file:
        file.write(data)
    return {"name": name, "path": f"{PLACE}/{name}", "size": len(data)}


def __getattr__(name):
    """The backend's parts, which cost the import of matplotlib."""
    if name == "FigureCanvas":
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.backend_bases import FigureManagerBase

        class Manager(FigureManagerBase):
            @classmethod
            def pyplot_show(cls, *, block=None):
                show()

        class Canvas(FigureCanvasAgg):
            manager_class = Manager

        globals().update(FigureCanvas=Canvas, FigureManager=Manager)
        return Canvas
    if name == "FigureManager":
        return __getattr__("FigureCanvas").manager_class
    raise AttributeError(name)
