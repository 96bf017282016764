"""Jobs about who people are."""

from procrastinate.contrib.django import app

from keyuan.org.shelf import fold_marks


@app.periodic(cron="47 3 * * *")
@app.task(queueing_lock="fold-shelf-marks")
def fold_shelf_marks(timestamp: int) -> None:
    """Every night: keep the table of marks short."""
    fold_marks()
