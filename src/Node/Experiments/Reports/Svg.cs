using System.Globalization;
using System.Net;
using System.Text;

namespace Anode.Experiments.Reports;

/// <summary>Marks on a drawing that stands in the page itself.</summary>
internal sealed class Svg(int width)
{
    private readonly StringBuilder _text = new();

    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    public void Rectangle(double x, double y, double w, double h, string style, string title = "")
    {
        _text.Append(CultureInfo.InvariantCulture, $"<rect class=\"{style}\" x=\"{x:0.#}\" y=\"{y:0.#}\" width=\"{Math.Max(w, 1):0.#}\" height=\"{h:0.#}\"");
        _text.Append(title.Length == 0 ? "/>" : $"><title>{Escape(title)}</title></rect>");
    }

    public void Line(double x1, double y1, double x2, double y2, string style) =>
        _text.Append(CultureInfo.InvariantCulture, $"<line class=\"{style}\" x1=\"{x1:0.#}\" y1=\"{y1:0.#}\" x2=\"{x2:0.#}\" y2=\"{y2:0.#}\"/>");

    public void Words(double x, double y, string text, string style = "", string anchor = "start") =>
        _text.Append(CultureInfo.InvariantCulture, $"<text class=\"{style}\" x=\"{x:0.#}\" y=\"{y:0.#}\" text-anchor=\"{anchor}\">{Escape(text)}</text>");

    public void Path(IEnumerable<(double X, double Y)> points, string style)
    {
        _text.Append("<polyline class=\"").Append(style).Append("\" points=\"");
        foreach (var (x, y) in points)
            _text.Append(CultureInfo.InvariantCulture, $"{x:0.#},{y:0.#} ");
        _text.Append("\"/>");
    }

    public void Area(IReadOnlyList<(double X, double Y)> points, double ground, string style)
    {
        if (points.Count == 0)
            return;
        _text.Append("<polygon class=\"").Append(style).Append("\" points=\"");
        _text.Append(CultureInfo.InvariantCulture, $"{points[0].X:0.#},{ground:0.#} ");
        foreach (var (x, y) in points)
            _text.Append(CultureInfo.InvariantCulture, $"{x:0.#},{y:0.#} ");
        _text.Append(CultureInfo.InvariantCulture, $"{points[^1].X:0.#},{ground:0.#}\"/>");
    }

    public string ToString(int height, string label) =>
        $"<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{Escape(label)}\" xmlns=\"http://www.w3.org/2000/svg\">{_text}</svg>";
}
