"""Terminals at a controller: how they attach over a local socket, what they may ask, what they are told.

    messages   what the two sides say to each other, and its text
    lines      bytes in, texts out
    permits    who may ask what, and when
    allowance  how often
    chronicle  every event in order, the newest in memory, the rest in the journal
    terminal   one terminal as the controller sees it: bytes in, bytes out, no socket
    reception  what it is greeted with and answered; what may be asked is handed on
    server     the sockets, on a thread of its own
    endpoint   where the socket is
    client     the other end

Law: a terminal can delay, end or crash nothing but itself. The loop of a run hands over what it has told and goes on; whatever a
terminal sends is read, judged and answered by the thread of the server.
"""
