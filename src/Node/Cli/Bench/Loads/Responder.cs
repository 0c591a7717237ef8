using Anode.Cli.Bench.Streams;
using Anode.Cli.Bench.Wire;

namespace Anode.Cli.Bench.Loads;

/// <summary>One thread that answers every request with its own payload; all that came at once is answered at once.</summary>
internal sealed class Responder(Line line)
{
    private byte[] _answers = new byte[64 * 1024];
    private int _length;

    public Line Line => line;

    public void Run()
    {
        while (line.Fill())
        {
            for (; ; )
            {
                var piece = line.Window.IsEmpty ? Piece.Incomplete : line.Format.Parse(line.Window);
                if (piece.Kind == PieceKind.Incomplete)
                    break;
                Take(piece);
            }

            line.Send(_answers.AsSpan(0, _length));
            _length = 0;
        }

        throw new IOException("the server closed it");
    }

    private void Take(Piece piece)
    {
        if (line.TakeControl(piece))
            return;
        if (piece.ReplyLength > 0)
        {
            var reply = line.Window.Slice(piece.ReplyOffset, piece.ReplyLength);
            var payload = line.Window.Slice(piece.PayloadOffset, piece.PayloadLength);
            var size = line.Format.SizeOf(reply.Length, payload.Length, 0);
            if (_answers.Length - _length < size)
                Array.Resize(ref _answers, Math.Max(2 * _answers.Length, _length + size));
            _length += line.Format.Write(_answers.AsSpan(_length), reply, payload, default, out _);
        }

        line.Skip(piece.Length);
    }
}
